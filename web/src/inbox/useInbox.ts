import { useCallback, useEffect, useRef, useState } from 'react';
import type { Api } from '../api/client';
import { GROUP, INBOX, INBOX_EVENTS, PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import type { GroupFragment, PersonFragment } from '../generated/graphql';

export interface Inbox {
  state: 'loading' | 'ready' | 'failed';
  me: PersonFragment | null;
  /** The newest first. */
  groups: GroupFragment[];
  hasMore: boolean;
  loadMore: () => void;
  reload: () => void;
  /** A group as it is now, from a mutation of one's own. */
  put: (group: GroupFragment) => void;
}

/** One's conversations, kept up to date by the subscription. */
export function useInbox(api: Api): Inbox {
  const [state, setState] = useState<Inbox['state']>('loading');
  const [me, setMe] = useState<PersonFragment | null>(null);
  const [groups, setGroups] = useState<GroupFragment[]>([]);
  const [end, setEnd] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const isLoading = useRef(false);

  const putAll = useCallback((changed: GroupFragment[]) => {
    setGroups((known) => {
      const byId = new Map(known.map((group) => [group.id, group]));
      for (const group of changed) byId.set(group.id, group);
      return [...byId.values()].sort((one, other) => (one.lastMessageAt < other.lastMessageAt ? 1 : -1));
    });
  }, []);

  useEffect(() => {
    let stop: (() => void) | undefined;
    let isOver = false;
    const load = async () => {
      try {
        const { data } = await api.apollo.query({ query: INBOX, variables: {}, fetchPolicy: 'network-only' });
        if (isOver || !data) return;
        const { edges, pageInfo } = data.messageGroups;
        setMe(getFragmentData(PERSON, data.me));
        putAll(edges.map(({ node }) => getFragmentData(GROUP, node)));
        setEnd(pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null);
        setState('ready');
        const variables = { after: edges[0]?.cursor ?? null };
        stop = api.follow(INBOX_EVENTS, variables, ({ inboxEvents }) => {
          variables.after = inboxEvents.cursor;
          putAll([getFragmentData(GROUP, inboxEvents.messageGroup)]);
        });
      } catch {
        if (!isOver) setState('failed');
      }
    };
    void load();
    return () => {
      isOver = true;
      stop?.();
    };
  }, [api, attempt, putAll]);

  const loadMore = useCallback(() => {
    if (end === null || isLoading.current) return;
    isLoading.current = true;
    api.apollo
      .query({ query: INBOX, variables: { after: end }, fetchPolicy: 'network-only' })
      .then(({ data }) => {
        if (!data) return;
        const { edges, pageInfo } = data.messageGroups;
        putAll(edges.map(({ node }) => getFragmentData(GROUP, node)));
        setEnd(pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null);
      })
      .catch(() => undefined)
      .finally(() => {
        isLoading.current = false;
      });
  }, [api, end, putAll]);

  const reload = useCallback(() => {
    setState('loading');
    setAttempt((count) => count + 1);
  }, []);
  const put = useCallback(
    (group: GroupFragment) => {
      putAll([group]);
    },
    [putAll],
  );
  return { state, me, groups, hasMore: end !== null, loadMore, reload, put };
}
