import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { draftsOf } from './drafts';

interface Props {
  place: string;
  name: string;
  onSend: (body: string) => void;
  onTyping?: () => void;
}

const MOST_CHARACTERS = 1024;
const SHOW_COUNTER_FROM = 900;

/** Where a message is written. Enter sends, Shift and Enter make a new line; the draft survives a reload. */
export function Composer({ place, name, onSend, onTyping }: Props) {
  const drafts = draftsOf(place);
  const [text, setText] = useState(drafts.load);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = MOST_CHARACTERS - Array.from(text.trim()).length;
  const canSend = text.trim() !== '' && left >= 0;

  useEffect(() => {
    field.current?.focus();
  }, []);

  function change(next: string): void {
    setText(next);
    drafts.save(next);
    if (next !== '') onTyping?.();
  }

  function send(): void {
    if (!canSend) return;
    onSend(text.trim());
    change('');
    field.current?.focus();
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    send();
  }

  function press(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <form className="composer" onSubmit={submit}>
      <textarea
        ref={field}
        aria-label={`Message to ${name}`}
        placeholder="Message"
        dir="auto"
        rows={Math.min(6, text.split('\n').length)}
        value={text}
        onChange={(event) => {
          change(event.target.value);
        }}
        onKeyDown={press}
      />
      {(MOST_CHARACTERS - left >= SHOW_COUNTER_FROM || left < 0) && (
        <output className={left < 0 ? 'problem counter' : 'quiet counter'}>{left} left</output>
      )}
      <button className="primary" disabled={!canSend}>
        Send
      </button>
    </form>
  );
}
