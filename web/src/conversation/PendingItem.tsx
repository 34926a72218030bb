import { Text } from '../shared/Text';
import type { Pending } from './drafts';

interface Props {
  message: Pending;
  onRetry: () => void;
  onDiscard: () => void;
}

/** A message that the server does not have yet, as far as is known here. */
export function PendingItem({ message, onRetry, onDiscard }: Props) {
  const isFailed = message.state === 'failed';
  return (
    <article className="message mine pending">
      <p className="bubble">
        <Text text={message.body} />
      </p>
      <footer className={isFailed ? 'problem' : 'quiet'} role="status">
        {isFailed ? (message.problem ?? 'Not sent.') : 'Sending …'}
        {isFailed && (
          <span className="actions">
            <button onClick={onRetry}>Try again</button>
            <button onClick={onDiscard}>Discard</button>
          </span>
        )}
      </footer>
    </article>
  );
}
