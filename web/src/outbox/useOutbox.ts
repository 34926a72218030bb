import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { MessagePartsFragment } from '../generated/graphql';
import type { Outbox, OutboxMessage } from './outbox';

/** Everything that one wrote and that is not sent yet. */
export function useUnsent(outbox: Outbox): OutboxMessage[] {
  return useSyncExternalStore(outbox.subscribe, outbox.list);
}

/** What is not sent yet to one person. */
export function useUnsentTo(outbox: Outbox, personId: string | undefined): OutboxMessage[] {
  const messages = useUnsent(outbox);
  return useMemo(() => messages.filter(({ to }) => to.id === personId), [messages, personId]);
}

/** Calls with each message that was sent to one person from this tab. */
export function useSent(
  outbox: Outbox,
  personId: string | undefined,
  onSent: (message: MessagePartsFragment, messageGroupId: string) => void,
): void {
  const handler = useRef(onSent);
  handler.current = onSent;
  useEffect(
    () =>
      outbox.onSent((message, to, messageGroupId) => {
        if (to.id === personId) handler.current(message, messageGroupId);
      }),
    [outbox, personId],
  );
}
