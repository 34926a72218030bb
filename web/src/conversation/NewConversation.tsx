import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { FIND_PERSON, PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import type { PersonFragment } from '../generated/graphql';
import type { Inbox } from '../inbox/useInbox';
import { useSent, useUnsentTo } from '../outbox/useOutbox';
import { Isolated } from '../shared/Isolated';
import { LoadFailed } from '../shared/LoadFailed';
import { withoutBidiControls } from '../shared/bidi';
import { useSigned } from '../shared/context';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { PendingItem } from './PendingItem';

/** The first message to somebody; when it is sent, this becomes the conversation. */
export function NewConversation({ handle, inbox }: { handle: string; inbox: Inbox }) {
  const { api, me, outbox } = useSigned();
  const [, go] = useLocation();
  const [person, setPerson] = useState<PersonFragment | null | undefined>();
  const [hasFailed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const unsent = useUnsentTo(outbox, person?.id);
  useSent(outbox, person?.id, (_message, groupId) => {
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
    if (shared && unsent.length === 0) go(`/messages/${shared.id}`, { replace: true });
  }, [shared, unsent.length, go]);

  if (hasFailed) {
    const retry = () => {
      setFailed(false);
      setAttempt(attempt + 1);
    };
    return (
      <div className="centred">
        <LoadFailed problem={`@${withoutBidiControls(handle)} could not be looked up.`} onRetry={retry} />
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
    return (
      <p className="quiet centred">
        Nobody to write to has the handle @<Isolated text={handle} />.
      </p>
    );
  }
  return (
    <>
      <ConversationHeader person={person} />
      <div className="messages first">
        <p className="quiet centred">This is the beginning. Say hello.</p>
        {unsent.map((message) => (
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
      <Composer person={person} onSend={(body) => outbox.send({ ...person, messageGroupId: null }, body)} />
    </>
  );
}
