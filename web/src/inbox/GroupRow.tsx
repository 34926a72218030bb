import { Link } from 'wouter';
import type { GroupFragment, PersonFragment } from '../generated/graphql';
import type { OutboxMessage } from '../outbox/outbox';
import { Avatar } from '../shared/Avatar';
import { Isolated } from '../shared/Isolated';
import { useSigned } from '../shared/context';
import { exactTime, shortAgo } from '../shared/time';
import { Unsent } from './UnsentRow';

interface Props {
  group: GroupFragment;
  other: PersonFragment;
  /** The newest message to them that is not sent. */
  unsent: OutboxMessage | undefined;
  isOpen: boolean;
  now: number;
}

/** One conversation of the list. */
export function GroupRow({ group, other, unsent, isOpen, now }: Props) {
  const isUnread = group.unreadCount > 0;
  return (
    <li>
      <Link
        href={`/messages/${group.id}`}
        className={isOpen ? 'group open' : 'group'}
        aria-current={isOpen ? 'page' : undefined}
      >
        <Avatar name={other.displayName} id={other.id} />
        <span className={isUnread ? 'who unread' : 'who'}>
          <Isolated text={other.displayName} />
        </span>
        <time className="quiet when" dateTime={group.lastMessageAt} title={exactTime(group.lastMessageAt)}>
          {shortAgo(group.lastMessageAt, now)}
        </time>
        {unsent ? <Unsent message={unsent} /> : <LastMessage message={group.lastMessage} />}
        {isUnread && (
          <span className="count">
            {group.unreadCount > 99 ? '99+' : group.unreadCount}
            <span className="hidden"> unread</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function LastMessage({ message }: { message: GroupFragment['lastMessage'] }) {
  const { me } = useSigned();
  return (
    <span className="last quiet">
      {message?.sender.id === me.id ? 'You: ' : ''}
      {message?.deletedAt ? 'Message deleted' : <Isolated text={message?.body ?? ''} />}
    </span>
  );
}
