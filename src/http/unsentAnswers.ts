import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import { errorAnswer } from '../errors.ts';
import { addressOf } from './address.ts';
import type { OpenRequests } from './openRequests.ts';
import type { Unsent } from './unsent.ts';

export interface UnreadOptions {
  unsent: Unsent;
  trustedProxies: number;
}

const RETRY_AFTER_SECONDS = 10;
const CODE = 'ANSWERS_UNREAD';
const MESSAGE = 'Too many bytes of answers wait to be read: read them, and try again';

/** Counts every answer until the client has accepted it; one that would be too much is replaced with a refusal. */
export function addUnsentAnswers(
  app: FastifyInstance,
  { whenEnded }: OpenRequests,
  { unsent, trustedProxies }: UnreadOptions,
): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) {
      // Files are read as the client accepts them.
      done(null, payload);
      return;
    }
    const { socket } = request.raw;
    const owner = ownerOf(request, trustedProxies);
    const answer = unsent.hasRoom(socket, owner, Buffer.byteLength(payload)) ? payload : refusal(reply);
    whenEnded(request, unsent.hold(socket, owner, Buffer.byteLength(answer)));
    done(null, answer);
  });
}

/** Refuses an operation, before its body is read, of somebody who has not accepted enough of earlier answers. */
export function refuseUnread({ unsent, trustedProxies }: UnreadOptions, maxAnswerBytes: number): onRequestHookHandler {
  return (request, _reply, done) => {
    const hasRoom = unsent.hasRoom(request.raw.socket, ownerOf(request, trustedProxies), maxAnswerBytes);
    done(hasRoom ? undefined : unread());
  };
}

/** The viewer of a request, or its address if it has none. */
export function ownerOf(request: FastifyRequest, trustedProxies: number): string {
  return request.trace.userId ?? addressOf(request.raw, trustedProxies);
}

function unread(): GraphQLError {
  const headers = new Map([['retry-after', String(RETRY_AFTER_SECONDS)]]);
  return new GraphQLError(MESSAGE, {
    extensions: { code: CODE, retryAfter: RETRY_AFTER_SECONDS, http: { status: 429, headers } },
  });
}

function refusal(reply: FastifyReply): string {
  reply.code(429).header('retry-after', RETRY_AFTER_SECONDS).type('application/json').removeHeader('content-length');
  return JSON.stringify(errorAnswer(MESSAGE, CODE, { retryAfter: RETRY_AFTER_SECONDS }));
}
