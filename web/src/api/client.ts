import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { from, switchMap } from 'rxjs';
import type { Session } from '../session/session';

export interface Api {
  apollo: ApolloClient;
  /**
   * Calls with every event, also after the network was gone: `variables.after` is kept at the last cursor by the caller,
   * and the socket goes on from there. Returns how to stop.
   */
  follow<Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    onEvent: (data: Data) => void,
  ): () => void;
  /** Whether there is a network, and the socket was not lost. */
  isOnline: () => boolean;
  onOnline: (listener: () => void) => () => void;
  close(): void;
}

const SIGN_IN_AGAIN = 4401;
const LONGEST_PAUSE_MS = 10_000;

/** The API as a signed-in person uses it: a token that has run out is replaced, and nobody sees it. */
export function createApi(session: Session): Api {
  const listeners = new Set<() => void>();
  let isSocketOpen = true;
  const isOnline = () => isSocketOpen && navigator.onLine;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const setSocketOpen = (isOpen: boolean) => {
    if (isSocketOpen === isOpen) return;
    isSocketOpen = isOpen;
    changed();
  };

  const withToken = new SetContextLink(async (previous) => ({
    headers: {
      ...(previous.headers as Record<string, string> | undefined),
      authorization: `Bearer ${await session.accessToken()}`,
    },
  }));
  const withFreshToken = new ErrorLink(({ error, operation, forward }) => {
    const isExpired = ServerError.is(error)
      ? error.statusCode === 401
      : CombinedGraphQLErrors.is(error) &&
        error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
    if (!isExpired || operation.getContext()['isRetry'] === true) return;
    operation.setContext({ isRetry: true });
    return from(session.accessToken(true)).pipe(switchMap(() => forward(operation)));
  });

  const apollo = new ApolloClient({
    link: ApolloLink.from([withFreshToken, withToken, new HttpLink({ uri: '/graphql' })]),
    cache: new InMemoryCache(),
  });

  let needsFreshToken = false;
  const socket = createClient({
    url: `${location.origin.replace('http', 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await session.accessToken(needsFreshToken)}` }),
    retryAttempts: Infinity,
    keepAlive: 10_000,
    shouldRetry: (event) => !(event instanceof CloseEvent && event.code === SIGN_IN_AGAIN),
    retryWait: async (retries) => {
      const pause = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** retries) * (0.5 + Math.random());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        window.addEventListener(
          'online',
          () => {
            clearTimeout(timer);
            resolve();
          },
          { once: true },
        );
      });
    },
    on: {
      connected() {
        needsFreshToken = false;
        setSocketOpen(true);
      },
      closed(event) {
        const code = event instanceof CloseEvent ? event.code : 0;
        needsFreshToken = code === 4403;
        // 1000: nobody subscribes to anything any more.
        if (code !== 1000) setSocketOpen(false);
      },
    },
  });
  for (const event of ['online', 'offline']) window.addEventListener(event, changed);

  return {
    apollo,
    follow: (document, variables, onEvent) =>
      socket.subscribe(
        { query: print(document), variables: variables as Record<string, unknown> },
        {
          next({ data }) {
            if (data) onEvent(data as never);
          },
          error: console.error,
          complete: () => undefined,
        },
      ),
    isOnline,
    onOnline(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const event of ['online', 'offline']) window.removeEventListener(event, changed);
      void socket.dispose();
      apollo.stop();
    },
  };
}
