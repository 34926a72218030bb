import { type ApolloClient, CombinedGraphQLErrors, ServerError } from '@apollo/client';
import { FIND_PERSON, MESSAGE, PERSON, SEND } from '../api/operations';
import { getFragmentData } from '../generated';
import type { MessagePartsFragment } from '../generated/graphql';
import type { QueuedMessage, Recipient } from './queue';

/** What became of an attempt to send a message. */
export type Outcome =
  | { type: 'sent'; message: MessagePartsFragment; messageGroupId: string }
  /** Another attempt would be answered the same. */
  | { type: 'refused'; problem: string }
  /**
   * It may or may not be sent, and the same key asks again. `everybody`: what is for others would fare the same, because
   * the server was not reached, or takes nothing at present.
   */
  | { type: 'unknown'; concerns: 'recipient' | 'everybody' };

const FINAL_CODES = new Set([
  'BAD_USER_INPUT',
  'DOCUMENT_NOT_TRUSTED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'NOT_FOUND',
  'QUERY_TOO_EXPENSIVE',
]);
/** Answers of 4xx after which the same request may succeed: without a token, too slow, too early, too many. */
const RETRYABLE_STATUSES = new Set([401, 408, 425, 429]);
/** What went wrong may do so with this recipient alone. */
const UNEXPECTED = 'INTERNAL_SERVER_ERROR';
const NOT_SENT = 'It was not sent.';

/** Never rejects. A first message goes to a handle, after a look whether the handle is still the same person's. */
export async function sendQueued(apollo: ApolloClient, { to, body, key }: QueuedMessage): Promise<Outcome> {
  try {
    if (to.messageGroupId === null && !(await isStill(apollo, to))) {
      return { type: 'refused', problem: `@${to.handle} is not ${to.displayName} any more.` };
    }
    const recipient = to.messageGroupId === null ? { handle: to.handle } : { messageGroupId: to.messageGroupId };
    const { data } = await apollo.mutate({ mutation: SEND, variables: { to: recipient, body, key } });
    const sent = data?.sendMessage;
    if (!sent?.message || !sent.messageGroup) {
      return { type: 'refused', problem: sent?.userErrors[0]?.message ?? NOT_SENT };
    }
    return { type: 'sent', message: getFragmentData(MESSAGE, sent.message), messageGroupId: sent.messageGroup.id };
  } catch (error) {
    if (isFinal(error)) return { type: 'refused', problem: NOT_SENT };
    return { type: 'unknown', concerns: hasCode(error, (code) => code === UNEXPECTED) ? 'recipient' : 'everybody' };
  }
}

async function isStill(apollo: ApolloClient, { id, handle }: Recipient): Promise<boolean> {
  const { data } = await apollo.query({ query: FIND_PERSON, variables: { handle }, fetchPolicy: 'network-only' });
  return data?.user ? getFragmentData(PERSON, data.user).id === id : false;
}

function isFinal(error: unknown): boolean {
  if (!ServerError.is(error)) return hasCode(error, (code) => FINAL_CODES.has(code));
  const { statusCode } = error;
  return statusCode >= 400 && statusCode < 500 && !RETRYABLE_STATUSES.has(statusCode);
}

function hasCode(error: unknown, isMeant: (code: string) => boolean): boolean {
  return (
    CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => isMeant(String(extensions?.['code'])))
  );
}
