import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { MessagePartsFragment } from '../generated/graphql';
import type { OutboxMessage } from '../outbox/outbox';
import { useSigned } from '../shared/context';
import { dayOf } from '../shared/time';
import { MessageItem } from './MessageItem';
import { PendingItem } from './PendingItem';

interface Props {
  messages: MessagePartsFragment[];
  pending: OutboxMessage[];
  prepended: number;
  otherReadAt: string | null;
  hasOlder: boolean;
  loadOlder: () => void;
  /** Whether the newest message is in view. */
  onBottom: (isAtBottom: boolean) => void;
  onEdit: (message: MessagePartsFragment, body: string) => void;
  onDelete: (message: MessagePartsFragment) => void;
  onRetry: (key: string) => void;
  onDiscard: (key: string) => void;
}

const NEAR_TOP = 600;
const NEAR_BOTTOM = 40;

/** The messages, the newest at the bottom. Only what is in view is in the page, however long the conversation is. */
export function MessageList(props: Props) {
  const { messages, pending, prepended, otherReadAt, hasOlder, loadOlder, onBottom } = props;
  const { me } = useSigned();
  const list = useRef<VListHandle>(null);
  const stays = useRef(true);
  const [isAway, setAway] = useState(false);
  const items = useMemo(() => [...messages, ...pending], [messages, pending]);
  const count = items.length;
  const newestId = pending.at(-1)?.key ?? messages.at(-1)?.id;
  const seen = useRef(prepended);
  const isPrepending = seen.current !== prepended;
  const lastRead = messages.findLast(
    ({ sender, createdAt }) => sender.id === me.id && createdAt <= (otherReadAt ?? ''),
  );

  useLayoutEffect(() => {
    seen.current = prepended;
  }, [prepended]);

  const newestPending = pending.at(-1)?.key;
  const shownPending = useRef<string>(undefined);
  useEffect(() => {
    // What one wrote just now is shown; what waits does not hold one who reads the history.
    const isNew = newestPending !== undefined && newestPending !== shownPending.current;
    shownPending.current = newestPending;
    if (stays.current || isNew) list.current?.scrollToIndex(count - 1, { align: 'end' });
  }, [newestId, count, newestPending]);

  function scrolled(offset: number): void {
    const handle = list.current;
    if (!handle) return;
    if (offset < NEAR_TOP && hasOlder) loadOlder();
    stays.current = handle.scrollSize - offset - handle.viewportSize < NEAR_BOTTOM;
    setAway(!stays.current);
    onBottom(stays.current);
  }

  return (
    <div className="messages">
      <VList
        ref={list}
        data={items}
        shift={isPrepending}
        onScroll={scrolled}
        className="list"
        tabIndex={0}
        role="region"
        aria-label="Messages"
      >
        {(item, index) =>
          'key' in item ? (
            <PendingItem
              key={item.key}
              message={item}
              onRetry={() => {
                props.onRetry(item.key);
              }}
              onDiscard={() => {
                props.onDiscard(item.key);
              }}
            />
          ) : (
            <div key={item.id}>
              {isNewDay(messages, index, hasOlder) && <p className="day quiet">{dayOf(item.createdAt)}</p>}
              <MessageItem
                message={item}
                isMine={item.sender.id === me.id}
                isLastRead={item === lastRead}
                onEdit={(body) => {
                  props.onEdit(item, body);
                }}
                onDelete={() => {
                  props.onDelete(item);
                }}
              />
            </div>
          )
        }
      </VList>
      {isAway && (
        <button
          className="newest"
          onClick={() => {
            list.current?.scrollToIndex(count - 1, { align: 'end' });
          }}
        >
          To the newest
        </button>
      )}
    </div>
  );
}

/** Whether a message is the first of its day, as far as is known: what is before the oldest one may be of the same. */
function isNewDay(messages: MessagePartsFragment[], index: number, hasOlder: boolean): boolean {
  const [before, message] = [messages[index - 1], messages[index]];
  if (!message || !before) return !hasOlder;
  return dayOf(before.createdAt) !== dayOf(message.createdAt);
}
