import type { ApolloClient } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Session } from '../session/session';
import { createApollo } from './http';
import { createSocket } from './socket';

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
  /** Ends every request and the socket; nothing can be sent any more. */
  close(): void;
}

/** The API as one person uses it, from signing in to signing out. */
export function createApi(session: Session): Api {
  const closing = new AbortController();
  const { signal } = closing;
  const listeners = new Set<() => void>();
  let isSocketOpen = true;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const setSocketOpen = (isOpen: boolean) => {
    if (isSocketOpen === isOpen) return;
    isSocketOpen = isOpen;
    changed();
  };
  for (const event of ['online', 'offline']) window.addEventListener(event, changed, { signal });

  const apollo = createApollo(session, signal);
  const socket = createSocket({
    session,
    signal,
    onOpen: () => {
      setSocketOpen(true);
    },
    onLost: () => {
      setSocketOpen(false);
    },
  });

  return {
    apollo,
    follow: (document, variables, onEvent) =>
      socket.subscribe(
        { query: print(document), variables: variables as Record<string, unknown> },
        {
          next({ data }) {
            if (data) onEvent(data as never);
          },
          error(error) {
            if (!signal.aborted) console.error(error);
          },
          complete: () => undefined,
        },
      ),
    isOnline: () => isSocketOpen && navigator.onLine,
    onOnline(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing.abort();
      Promise.resolve(socket.dispose()).catch(() => undefined);
      apollo.stop();
    },
  };
}
