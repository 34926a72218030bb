import { Link, useLocation } from 'wouter';
import type { OutboxMessage } from '../outbox/outbox';
import { Avatar } from '../shared/Avatar';
import { Isolated } from '../shared/Isolated';

/** Somebody with a message that is not sent, and no conversation in the list. */
export function UnsentRow({ message }: { message: OutboxMessage }) {
  const { to } = message;
  const href =
    to.messageGroupId === null ? `/messages/new/${encodeURIComponent(to.handle)}` : `/messages/${to.messageGroupId}`;
  const [location] = useLocation();
  const isOpen = location === href;
  return (
    <li>
      <Link href={href} className={isOpen ? 'group open' : 'group'} aria-current={isOpen ? 'page' : undefined}>
        <Avatar name={to.displayName} id={to.id} />
        <span className="who">
          <Isolated text={to.displayName} />
        </span>
        <Unsent message={message} />
      </Link>
    </li>
  );
}

/** The last line of a conversation in the list, in place of its last message. */
export function Unsent({ message: { state, body } }: { message: OutboxMessage }) {
  const isFailed = state === 'failed';
  return (
    <span className={isFailed ? 'last problem' : 'last quiet'}>
      {isFailed ? 'Not sent: ' : 'Waiting to be sent: '}
      <Isolated text={body} />
    </span>
  );
}
