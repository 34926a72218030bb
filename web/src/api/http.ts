import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import type { Session } from '../session/session';

const MAX_REQUEST_MS = 15_000;

/**
 * Queries and mutations of one person. Each request gets its token at the moment of sending, and is refused here if the
 * session is over. A token that the server does not accept any more is replaced once, unnoticed. Requests end after 15
 * seconds, and when `signal` is aborted.
 */
export function createApollo(session: Session, signal: AbortSignal): ApolloClient {
  async function send(input: RequestInfo | URL, init: RequestInit, isRetry = false): Promise<Response> {
    const headers = new Headers(init.headers);
    const signals = [signal, AbortSignal.timeout(MAX_REQUEST_MS), ...(init.signal ? [init.signal] : [])];
    headers.set('authorization', `Bearer ${await session.accessToken(isRetry)}`);
    const response = await fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
    return response.status === 401 && !isRetry ? send(input, init, true) : response;
  }
  return new ApolloClient({
    link: new HttpLink({ uri: '/graphql', fetch: (input, init = {}) => send(input, init) }),
    cache: new InMemoryCache(),
  });
}
