import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { PersonFragment } from '../generated/graphql';
import { withoutBidiControls } from '../shared/bidi';
import { useSigned } from '../shared/context';
import { draftTo } from './drafts';

interface Props {
  person: PersonFragment;
  /** False if the message was not taken. */
  onSend: (body: string) => boolean;
  onTyping?: () => void;
}

const MOST_CHARACTERS = 1024;
const SHOW_COUNTER_FROM = 900;

/** Where a message is written. Enter sends, Shift and Enter make a new line; the draft survives a reload. */
export function Composer({ person, onSend, onTyping }: Props) {
  const { session } = useSigned();
  const draft = draftTo(session.kept, person.id);
  const [text, setText] = useState(draft.load);
  const [isFull, setFull] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = MOST_CHARACTERS - Array.from(text.trim()).length;
  const canSend = text.trim() !== '' && left >= 0;

  useEffect(() => {
    field.current?.focus();
  }, []);

  function change(next: string): void {
    setText(next);
    draft.save(next);
    setFull(false);
    if (next !== '') onTyping?.();
  }

  function send(): void {
    if (!canSend) return;
    if (onSend(text.trim())) change('');
    else setFull(true);
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
        aria-label={`Message to ${withoutBidiControls(person.displayName)}`}
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
      {isFull && (
        <p className="problem" role="alert">
          Too many messages wait to be sent. Discard some, or wait for the connection.
        </p>
      )}
      <button className="primary" disabled={!canSend}>
        Send
      </button>
    </form>
  );
}
