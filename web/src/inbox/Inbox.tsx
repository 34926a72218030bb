import type { ReactNode } from 'react';
import { PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import { useUnsent } from '../outbox/useOutbox';
import { SignOut } from '../session/SignOut';
import { withoutBidiControls } from '../shared/bidi';
import { useSigned } from '../shared/context';
import { useNow } from '../shared/time';
import { GroupRow } from './GroupRow';
import { PersonPicker } from './PersonPicker';
import { UnsentRow } from './UnsentRow';
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
  const { me, session, outbox } = useSigned();
  const now = useNow();
  // What this tab sends right now is mostly sent before it could be read here.
  const unsent = useUnsent(outbox).filter(({ state }) => state !== 'sending');
  const unsentTo = new Map(unsent.map((message) => [message.to.id, message]));
  const rows = inbox.groups.map((group) => ({ group, other: getFragmentData(PERSON, group.otherUser) }));
  const listed = new Set(rows.map(({ other }) => other.id));
  const others = [...unsentTo.values()].filter(({ to }) => !listed.has(to.id));
  return (
    <main className={isOpen ? 'layout open' : 'layout'}>
      <nav className="inbox" aria-label="Conversations">
        <header>
          <h1>Messages</h1>
          <SignOut session={session} outbox={outbox} title={`Signed in as ${withoutBidiControls(me.displayName)}`} />
        </header>
        <PersonPicker />
        {rows.length + others.length === 0 ? (
          <p className="quiet centred">Nobody has written yet. Find somebody by handle, and say hello.</p>
        ) : (
          <ul className="groups">
            {others.map((message) => (
              <UnsentRow key={message.to.id} message={message} />
            ))}
            {rows.map(({ group, other }) => (
              <GroupRow
                key={group.id}
                group={group}
                other={other}
                unsent={unsentTo.get(other.id)}
                isOpen={group.id === openGroupId}
                now={now}
              />
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
