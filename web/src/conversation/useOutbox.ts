import { useCallback, useEffect, useRef, useState } from 'react';
import { MESSAGE, SEND } from '../api/operations';
import { getFragmentData } from '../generated';
import type { MessagePartsFragment, MessageRecipientInput } from '../generated/graphql';
import { useSigned } from '../shared/context';
import { outboxOf, type Pending } from './drafts';

export interface Outbox {
  pending: Pending[];
  send: (body: string) => void;
  retry: (key: string) => void;
  discard: (key: string) => void;
  /** A message of one's own came in by itself: if it is one whose answer was lost, the retry finds it. */
  settle: (body: string | null | undefined) => void;
}

/** Sends messages, one after the other; what is not through yet is shown, and survives a reload. */
export function useOutbox(
  place: string,
  to: MessageRecipientInput,
  onSent: (message: MessagePartsFragment, groupId: string) => void,
): Outbox {
  const { api } = useSigned();
  const [pending, setPending] = useState<Pending[]>(() => outboxOf(place).load());
  const current = useRef(pending);
  const handlers = useRef({ to, onSent });
  handlers.current = { to, onSent };
  const queue = useRef(Promise.resolve());

  const change = useCallback(
    (next: (known: Pending[]) => Pending[]) => {
      current.current = next(current.current);
      outboxOf(place).save(current.current);
      setPending(current.current);
    },
    [place],
  );

  const attempt = useCallback(
    async (key: string) => {
      const message = current.current.find((known) => known.key === key);
      if (!message) return;
      const set = (state: Partial<Pending>) => {
        change((known) => known.map((other) => (other.key === key ? { ...other, ...state } : other)));
      };
      set({ state: 'sending', problem: null });
      try {
        const variables = { to: handlers.current.to, body: message.body, key };
        const { data } = await api.apollo.mutate({ mutation: SEND, variables });
        const sent = data?.sendMessage;
        if (!sent?.message || !sent.messageGroup) {
          set({ state: 'failed', problem: sent?.userErrors[0]?.message ?? 'It was not sent.' });
          return;
        }
        change((known) => known.filter((other) => other.key !== key));
        handlers.current.onSent(getFragmentData(MESSAGE, sent.message), sent.messageGroup.id);
      } catch {
        set({ state: 'failed' });
      }
    },
    [api, change],
  );

  const retry = useCallback(
    (key: string) => {
      queue.current = queue.current.then(() => attempt(key));
    },
    [attempt],
  );

  const send = useCallback(
    (body: string) => {
      const key = crypto.randomUUID();
      const message: Pending = { key, body, at: new Date().toISOString(), state: 'sending', problem: null };
      change((known) => [...known, message]);
      retry(key);
    },
    [change, retry],
  );

  const discard = useCallback(
    (key: string) => {
      change((known) => known.filter((other) => other.key !== key));
    },
    [change],
  );

  const settle = useCallback(
    (body: string | null | undefined) => {
      const lost = current.current.find((known) => known.state === 'failed' && known.body === body);
      if (lost) retry(lost.key);
    },
    [retry],
  );

  // What was not through when the page was closed, or the network went, is tried again when it is back.
  useEffect(() => {
    const retryAll = () => {
      for (const { key, state, problem } of current.current) if (state === 'failed' && problem === null) retry(key);
    };
    retryAll();
    return api.onOnline(() => {
      if (api.isOnline()) retryAll();
    });
  }, [api, retry]);

  return { pending, send, retry, discard, settle };
}
