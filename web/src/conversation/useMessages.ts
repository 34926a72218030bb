import { useCallback, useEffect, useReducer, useRef } from 'react';
import { CONVERSATION, GROUP, MESSAGE, MESSAGE_EVENTS, OLDER } from '../api/operations';
import { getFragmentData } from '../generated';
import type { GroupFragment, MessageEventsSubscription, MessagePartsFragment } from '../generated/graphql';
import { useSigned } from '../shared/context';

type Event = MessageEventsSubscription['messageEvents'];

export interface Messages {
  state: 'loading' | 'ready' | 'missing' | 'failed';
  group: GroupFragment | null;
  isBlocked: boolean;
  /** The oldest first. */
  messages: MessagePartsFragment[];
  /** Grows with every message that is put before the others. */
  prepended: number;
  /** The other side's mark: everything up to it was read. */
  otherReadAt: string | null;
  /** Until when the other one types, in milliseconds since 1970. */
  typingUntil: number;
  hasOlder: boolean;
}

type Action =
  | { type: 'loaded'; group: GroupFragment; messages: MessagePartsFragment[]; hasOlder: boolean; isBlocked: boolean }
  | { type: 'older'; messages: MessagePartsFragment[]; hasOlder: boolean }
  | { type: 'put'; message: MessagePartsFragment }
  | { type: 'read'; at: string }
  | { type: 'typing'; until: number }
  | { type: 'blocked'; isBlocked: boolean }
  | { type: 'gone'; state: 'missing' | 'failed' | 'loading' };

const EMPTY: Messages = {
  state: 'loading',
  group: null,
  isBlocked: false,
  messages: [],
  prepended: 0,
  otherReadAt: null,
  typingUntil: 0,
  hasOlder: false,
};

function reduce(state: Messages, action: Action): Messages {
  switch (action.type) {
    case 'loaded': {
      const { group, messages, hasOlder, isBlocked } = action;
      return {
        ...EMPTY,
        state: 'ready',
        group,
        messages,
        hasOlder,
        isBlocked,
        otherReadAt: group.otherUserLastReadAt ?? null,
      };
    }
    case 'older': {
      const messages = [...action.messages, ...state.messages];
      return { ...state, messages, prepended: state.prepended + action.messages.length, hasOlder: action.hasOlder };
    }
    case 'put': {
      const others = state.messages.filter(({ id }) => id !== action.message.id);
      const isOlder = action.message.createdAt < (others[0]?.createdAt ?? '');
      // A change of a message that is not loaded is seen when it is.
      if (isOlder && state.hasOlder) return state;
      const messages = [...others, action.message].sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
      return { ...state, messages };
    }
    case 'read':
      return { ...state, otherReadAt: action.at > (state.otherReadAt ?? '') ? action.at : state.otherReadAt };
    case 'typing':
      return { ...state, typingUntil: action.until };
    case 'blocked':
      return { ...state, isBlocked: action.isBlocked };
    case 'gone':
      return { ...state, state: action.state };
  }
}

/** The messages of one group: the newest ones, older ones as they are asked for, and what happens meanwhile. */
export function useMessages(groupId: string, onOwn: () => void) {
  const { api, me } = useSigned();
  const [state, dispatch] = useReducer(reduce, EMPTY);
  const [attempt, retry] = useReducer((count: number) => count + 1, 0);
  const end = useRef<string | null>(null);
  const isLoading = useRef(false);
  const own = useRef(onOwn);
  own.current = onOwn;

  useEffect(() => {
    let stop: (() => void) | undefined;
    let isOver = false;

    function apply({ type, message, user, lastReadAt, expiresAt }: Event): void {
      if (message) {
        const parts = getFragmentData(MESSAGE, message);
        dispatch({ type: 'put', message: parts });
        if (type === 'CREATED' && parts.sender.id === me.id) own.current();
        else if (type === 'CREATED') dispatch({ type: 'typing', until: 0 });
      }
      if (type === 'READ' && user.id !== me.id && lastReadAt) dispatch({ type: 'read', at: lastReadAt });
      if (type === 'TYPING' && expiresAt) dispatch({ type: 'typing', until: Date.parse(expiresAt) });
    }

    async function load(): Promise<void> {
      dispatch({ type: 'gone', state: 'loading' });
      const { data } = await api.apollo.query({
        query: CONVERSATION,
        variables: { id: groupId },
        fetchPolicy: 'network-only',
        errorPolicy: 'all',
      });
      if (isOver) return;
      if (!data?.messageGroup) {
        dispatch({ type: 'gone', state: 'missing' });
        return;
      }
      const { edges, pageInfo } = data.messages;
      const group = getFragmentData(GROUP, data.messageGroup);
      const messages = edges.map(({ node }) => getFragmentData(MESSAGE, node)).reverse();
      const isBlocked = data.messageGroup.otherUser.isBlockedByViewer === true;
      end.current = pageInfo.endCursor ?? null;
      dispatch({ type: 'loaded', group, messages, hasOlder: pageInfo.hasNextPage, isBlocked });
      const variables = { id: groupId, after: pageInfo.startCursor ?? null };
      stop = api.follow(MESSAGE_EVENTS, variables, ({ messageEvents }) => {
        variables.after = messageEvents.cursor;
        apply(messageEvents);
      });
    }

    load().catch(() => {
      if (!isOver) dispatch({ type: 'gone', state: 'failed' });
    });
    return () => {
      isOver = true;
      stop?.();
    };
  }, [api, groupId, me.id, attempt]);

  const loadOlder = useCallback(() => {
    if (isLoading.current || end.current === null) return;
    isLoading.current = true;
    api.apollo
      .query({ query: OLDER, variables: { id: groupId, after: end.current }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        if (!data) return;
        const { nodes, pageInfo } = data.messages;
        end.current = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
        const messages = nodes.map((node) => getFragmentData(MESSAGE, node)).reverse();
        dispatch({ type: 'older', messages, hasOlder: pageInfo.hasNextPage });
      })
      .catch(() => undefined)
      .finally(() => {
        isLoading.current = false;
      });
  }, [api, groupId]);

  const put = useCallback((message: MessagePartsFragment) => {
    dispatch({ type: 'put', message });
  }, []);
  const setBlocked = useCallback((isBlocked: boolean) => {
    dispatch({ type: 'blocked', isBlocked });
  }, []);
  return { ...state, loadOlder, put, retry, setBlocked };
}
