import { useCallback, useEffect, useRef, useState } from 'react';
import { BLOCK, DELETE, EDIT, MARK_READ, MESSAGE, PERSON, SET_TYPING, UNBLOCK } from '../api/operations';
import { getFragmentData } from '../generated';
import type { MessagePartsFragment } from '../generated/graphql';
import { useSent, useUnsentTo } from '../outbox/useOutbox';
import { Isolated } from '../shared/Isolated';
import { LoadFailed } from '../shared/LoadFailed';
import { useSigned } from '../shared/context';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { MessageList } from './MessageList';
import { useMessages } from './useMessages';

const TYPING_EVERY_MS = 3000;

/** One conversation: what was said, what comes in, and where to answer. */
export function Conversation({ groupId }: { groupId: string }) {
  const { api, me, outbox } = useSigned();
  // A message of one's own that comes in by itself may be one whose answer was lost: another attempt finds out.
  const conversation = useMessages(groupId, outbox.wake);
  const { group, messages, put, setBlocked } = conversation;
  const other = group && getFragmentData(PERSON, group.otherUser);
  const unsent = useUnsentTo(outbox, other?.id);
  useSent(outbox, other?.id, (message, sentTo) => {
    if (sentTo === groupId) put(message);
  });
  const [isAtBottom, setAtBottom] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const isTyping = useUntil(conversation.typingUntil);
  useMarks(groupId, group?.lastReadAt ?? null, messages, isAtBottom);

  const typedAt = useRef(0);
  const onTyping = useCallback(() => {
    if (Date.now() - typedAt.current < TYPING_EVERY_MS) return;
    typedAt.current = Date.now();
    api.apollo.mutate({ mutation: SET_TYPING, variables: { messageGroupId: groupId } }).catch(() => undefined);
  }, [api, groupId]);

  async function edit(message: MessagePartsFragment, body: string): Promise<void> {
    const variables = { messageGroupId: groupId, messageId: message.id, body };
    const { data } = await api.apollo.mutate({ mutation: EDIT, variables });
    const edited = data?.editMessage.message;
    if (edited) put(getFragmentData(MESSAGE, edited));
    else setProblem(data?.editMessage.userErrors[0]?.message ?? null);
  }

  async function remove(message: MessagePartsFragment): Promise<void> {
    const variables = { messageGroupId: groupId, messageId: message.id };
    const { data } = await api.apollo.mutate({ mutation: DELETE, variables });
    const deleted = data?.deleteMessage.message;
    if (deleted) put(getFragmentData(MESSAGE, deleted));
  }

  function attempt(work: Promise<unknown>): void {
    setProblem(null);
    work.catch(() => {
      setProblem('That did not get through. Try it again.');
    });
  }

  if (conversation.state === 'missing') {
    return <p className="quiet centred">There is no such conversation, or you do not take part in it.</p>;
  }
  if (conversation.state === 'failed') {
    return (
      <div className="centred">
        <LoadFailed problem="The messages could not be loaded." onRetry={conversation.retry} />
      </div>
    );
  }
  if (!group || !other)
    return (
      <p className="quiet centred" aria-busy="true">
        Loading …
      </p>
    );

  const toggleBlock = async () => {
    const { isBlocked } = conversation;
    await api.apollo.mutate({ mutation: isBlocked ? UNBLOCK : BLOCK, variables: { userId: other.id } });
    setBlocked(!isBlocked);
  };
  const newest = messages.at(-1);

  return (
    <>
      <ConversationHeader person={other}>
        <button
          onClick={() => {
            attempt(toggleBlock());
          }}
        >
          {conversation.isBlocked ? 'Unblock' : 'Block'}
        </button>
      </ConversationHeader>
      <MessageList
        messages={messages}
        pending={unsent}
        prepended={conversation.prepended}
        otherReadAt={conversation.otherReadAt}
        hasOlder={conversation.hasOlder}
        loadOlder={conversation.loadOlder}
        onBottom={setAtBottom}
        onEdit={(message, body) => {
          attempt(edit(message, body));
        }}
        onDelete={(message) => {
          attempt(remove(message));
        }}
        onRetry={outbox.retry}
        onDiscard={outbox.discard}
      />
      <p className="hidden" role="log" aria-live="polite">
        {newest && newest.sender.id !== me.id && (
          <>
            <Isolated text={newest.sender.displayName} />: <Isolated text={newest.body ?? 'Message deleted'} />
          </>
        )}
      </p>
      <p className="typing quiet" aria-live="off">
        {isTyping && (
          <>
            <Isolated text={other.displayName} /> is typing …
          </>
        )}
      </p>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        person={other}
        onSend={(body) => outbox.send({ ...other, messageGroupId: groupId }, body)}
        onTyping={onTyping}
      />
    </>
  );
}

/** Marks what is in view as read, once for each newest message of the other one. */
function useMarks(
  groupId: string,
  lastReadAt: string | null,
  messages: MessagePartsFragment[],
  isAtBottom: boolean,
): void {
  const { api, me } = useSigned();
  const isVisible = useVisible();
  const marked = useRef('');
  const newest = messages.findLast(({ sender }) => sender.id !== me.id);
  useEffect(() => {
    if (!newest || !isVisible || !isAtBottom) return;
    if (newest.createdAt <= (lastReadAt ?? '') || newest.createdAt <= marked.current) return;
    const before = marked.current;
    marked.current = newest.createdAt;
    api.apollo.mutate({ mutation: MARK_READ, variables: { messageGroupId: groupId, upTo: newest.id } }).catch(() => {
      marked.current = before;
    });
  }, [api, groupId, newest, lastReadAt, isVisible, isAtBottom]);
}

function useVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const look = () => {
      setVisible(document.visibilityState === 'visible');
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return isVisible;
}

/** True until a moment. */
function useUntil(until: number): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const look = () => {
      setNow(Date.now());
    };
    const timers = [setTimeout(look), setTimeout(look, Math.max(0, until - Date.now()))];
    return () => {
      timers.forEach(clearTimeout);
    };
  }, [until]);
  return until > now;
}
