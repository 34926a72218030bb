import type { ApolloClient } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Session } from '../session/session';
import { pause, pauseMs } from '../shared/pause';
import { createApollo } from './http';
import { createSocket } from './socket';

export interface Api {
  apollo: ApolloClient;
  /**
   * Calls with every event, also after the network was gone, or the server ended the subscription: `variables.after` is
   * kept at the last cursor by the caller, and the next one goes on from there. Returns how to stop.
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
    follow(document, variables, onEvent) {
      const stopping = new AbortController();
      const either = AbortSignal.any([signal, stopping.signal]);
      const payload = { query: print(document), variables: variables as Record<string, unknown> };
      let stop: () => void = () => undefined;
      const run = async () => {
        for (let failures = 0; !either.aborted; failures++) {
          await new Promise<void>((resolve) => {
            const next = ({ data }: { data?: unknown }) => {
              failures = 0;
              if (data) onEvent(data as never);
            };
            const ended = () => {
              resolve();
            };
            stop = socket.subscribe(payload, { next, error: ended, complete: ended });
          });
          await pause(pauseMs(failures), either);
        }
      };
      void run();
      return () => {
        stopping.abort();
        stop();
      };
    },
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
