import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import type { GroupFragment } from '../generated/graphql';
import { Avatar } from '../shared/Avatar';
import { useSigned } from '../shared/context';
import { exactTime, shortAgo, useNow } from '../shared/time';
import { PersonPicker } from './PersonPicker';
import type { Inbox as InboxState } from './useInbox';

interface Props {
  inbox: InboxState;
  openGroupId?: string;
  /** Whether a conversation is open: on a narrow screen it takes the place of the list. */
  isOpen?: boolean;
  children: ReactNode;
}

/** The list of conversations, and beside it what is open. */
export function Inbox({ inbox, openGroupId, isOpen = false, children }: Props) {
  const { me, session } = useSigned();
  const now = useNow();
  return (
    <main className={isOpen ? 'layout open' : 'layout'}>
      <nav className="inbox" aria-label="Conversations">
        <header>
          <h1>Messages</h1>
          <button className="quiet" onClick={session.signOut} title={`Signed in as ${me.displayName}`}>
            Sign out
          </button>
        </header>
        <PersonPicker />
        {inbox.groups.length === 0 ? (
          <p className="quiet centred">Nobody has written yet. Find somebody by handle, and say hello.</p>
        ) : (
          <ul className="groups">
            {inbox.groups.map((group) => (
              <GroupRow key={group.id} group={group} isOpen={group.id === openGroupId} now={now} />
            ))}
          </ul>
        )}
        {inbox.hasMore && (
          <button className="more" onClick={inbox.loadMore}>
            Older conversations
          </button>
        )}
      </nav>
      <section className="page" aria-label="Conversation">
        {children}
      </section>
    </main>
  );
}

function GroupRow({ group, isOpen, now }: { group: GroupFragment; isOpen: boolean; now: number }) {
  const { me } = useSigned();
  const other = getFragmentData(PERSON, group.otherUser);
  const last = group.lastMessage;
  const isUnread = group.unreadCount > 0;
  return (
    <li>
      <Link
        href={`/messages/${group.id}`}
        className={isOpen ? 'group open' : 'group'}
        aria-current={isOpen ? 'page' : undefined}
      >
        <Avatar name={other.displayName} id={other.id} />
        <span className={isUnread ? 'who unread' : 'who'} dir="auto">
          {other.displayName}
        </span>
        <time className="quiet when" dateTime={group.lastMessageAt} title={exactTime(group.lastMessageAt)}>
          {shortAgo(group.lastMessageAt, now)}
        </time>
        <span className="last quiet" dir="auto">
          {last?.sender.id === me.id ? 'You: ' : ''}
          {last?.deletedAt ? 'Message deleted' : (last?.body ?? '')}
        </span>
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
