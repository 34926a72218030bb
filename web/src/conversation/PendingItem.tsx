import type { OutboxMessage } from '../outbox/outbox';
import { Isolated } from '../shared/Isolated';
import { Text } from '../shared/Text';

interface Props {
  message: OutboxMessage;
  onRetry: () => void;
  onDiscard: () => void;
}

/** A message that the server does not have yet, as far as is known here. */
export function PendingItem({ message, onRetry, onDiscard }: Props) {
  const { state, problem } = message;
  const isSending = state === 'sending';
  return (
    <article className="message mine pending">
      <p className="bubble">
        <Text text={message.body} />
      </p>
      <footer className={state === 'failed' ? 'problem' : 'quiet'}>
        <span role="status">
          {isSending ? (
            'Sending …'
          ) : (
            <Isolated text={problem ?? 'Not sent. It will be sent when the connection is back.'} />
          )}
        </span>
        {!isSending && (
          <span className="actions">
            <button onClick={onRetry}>Try again</button>
            <button onClick={onDiscard}>Discard</button>
          </span>
        )}
      </footer>
    </article>
  );
}
