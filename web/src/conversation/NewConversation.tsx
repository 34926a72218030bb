import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { FIND_PERSON, PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import type { PersonFragment } from '../generated/graphql';
import type { Inbox } from '../inbox/useInbox';
import { LoadFailed } from '../shared/LoadFailed';
import { useSigned } from '../shared/context';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { PendingItem } from './PendingItem';
import { useOutbox } from './useOutbox';

/** The first message to somebody; when it is sent, this becomes the conversation. */
export function NewConversation({ handle, inbox }: { handle: string; inbox: Inbox }) {
  const { api, me } = useSigned();
  const [, go] = useLocation();
  const [person, setPerson] = useState<PersonFragment | null | undefined>();
  const [hasFailed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const outbox = useOutbox(`@${handle}`, { handle }, (_message, groupId) => {
    go(`/messages/${groupId}`, { replace: true });
  });

  useEffect(() => {
    api.apollo
      .query({ query: FIND_PERSON, variables: { handle }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        setPerson(data?.user ? getFragmentData(PERSON, data.user) : null);
      })
      .catch(() => {
        setFailed(true);
      });
  }, [api, handle, attempt]);

  // The two may share a conversation, or the other one may begin it at this moment.
  const shared = inbox.groups.find((group) => getFragmentData(PERSON, group.otherUser).id === person?.id);
  useEffect(() => {
    if (shared && outbox.pending.length === 0) go(`/messages/${shared.id}`, { replace: true });
  }, [shared, outbox.pending.length, go]);

  if (hasFailed) {
    const retry = () => {
      setFailed(false);
      setAttempt(attempt + 1);
    };
    return (
      <div className="centred">
        <LoadFailed problem={`@${handle} could not be looked up.`} onRetry={retry} />
      </div>
    );
  }
  if (person === undefined)
    return (
      <p className="quiet centred" aria-busy="true">
        Loading …
      </p>
    );
  if (person === null || person.id === me.id) {
    return <p className="quiet centred">Nobody to write to has the handle @{handle}.</p>;
  }
  return (
    <>
      <ConversationHeader person={person} />
      <div className="messages first">
        <p className="quiet centred">This is the beginning. Say hello.</p>
        {outbox.pending.map((message) => (
          <PendingItem
            key={message.key}
            message={message}
            onRetry={() => {
              outbox.retry(message.key);
            }}
            onDiscard={() => {
              outbox.discard(message.key);
            }}
          />
        ))}
      </div>
      <Composer place={`@${handle}`} name={person.displayName} onSend={outbox.send} />
    </>
  );
}
