import { type Context, viewerOf } from '../context.ts';
import { badUserInput } from '../errors.ts';
import type { MutationResolvers, SendMessageErrorCode, SendMessageInput } from '../generated/graphql.ts';
import type { Idempotency, SendResult, Sent } from '../messages/send.ts';
import { normalizeHandle } from '../users/users.ts';
import { parseId, parseText } from './arguments.ts';
import { BODY_ERRORS, parseBody } from './body.ts';
import { findReach, findReachByHandle } from './reach.ts';

const LONGEST_KEY = 128;

const USER_ERRORS: Record<SendMessageErrorCode, { message: string; field: string[] }> = {
  ...BODY_ERRORS,
  RECIPIENT_NOT_FOUND: {
    message: 'Nobody has this handle. Check how it is written.',
    field: ['input', 'to', 'handle'],
  },
  RECIPIENT_IS_SENDER: { message: 'This is your own handle. Choose someone else.', field: ['input', 'to', 'handle'] },
  MESSAGE_GROUP_NOT_FOUND: {
    message: 'There is no such message group, or you do not take part in it.',
    field: ['input', 'to', 'messageGroupId'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: 'This idempotency key was used before with another recipient or body. Use a new key for a new message.',
    field: ['input', 'idempotencyKey'],
  },
  RECIPIENT_UNAVAILABLE: { message: 'This person takes no messages at present.', field: ['input', 'to'] },
};

type Outcome = SendResult | SendMessageErrorCode;

export const sendMessage: NonNullable<MutationResolvers['sendMessage']> = async (_parent, { input }, context) => {
  const outcome = await send(input, context);
  if (typeof outcome === 'string') return refused(outcome);
  switch (outcome.outcome) {
    case 'sent':
      return stored(outcome);
    case 'group-not-found':
      return refused('MESSAGE_GROUP_NOT_FOUND');
    case 'idempotency-key-reused':
      return refused('IDEMPOTENCY_KEY_REUSED');
  }
};

async function send({ to, body: text, idempotencyKey }: SendMessageInput, context: Context): Promise<Outcome> {
  viewerOf(context);
  const { body, problem } = parseBody(text);
  const key = idempotencyKey == null ? undefined : parseKey(idempotencyKey);
  const idempotencyFor = (recipient: string): Idempotency | undefined =>
    key === undefined ? undefined : { key, input: JSON.stringify([recipient, body]) };

  if (problem) return problem;
  if (to.messageGroupId != null) {
    const groupId = parseId('input.to.messageGroupId', to.messageGroupId);
    return sendToGroup(groupId, body, idempotencyFor(`group:${groupId}`), context);
  }
  const handle = normalizeHandle(to.handle);
  return sendToHandle(handle, body, idempotencyFor(`handle:${handle}`), context);
}

async function sendToGroup(
  groupId: string,
  body: string,
  idempotency: Idempotency | undefined,
  context: Context,
): Promise<Outcome> {
  const reach = await findReach(groupId, context);
  if (!reach) return 'MESSAGE_GROUP_NOT_FOUND';
  if (!reach.isReachable) return (await replayed(idempotency, context)) ?? 'RECIPIENT_UNAVAILABLE';
  return context.messages.sendToGroup(reach.viewer, groupId, body, idempotency);
}

async function sendToHandle(
  handle: string,
  body: string,
  idempotency: Idempotency | undefined,
  context: Context,
): Promise<Outcome> {
  const reach = await findReachByHandle(handle, context);
  if (reach?.other.id === viewerOf(context).id) return 'RECIPIENT_IS_SENDER';
  if (reach?.isReachable) return context.messages.sendToUser(reach.viewer, reach.other, body, idempotency);
  return (await replayed(idempotency, context)) ?? (reach ? 'RECIPIENT_UNAVAILABLE' : 'RECIPIENT_NOT_FOUND');
}

/** What the key made before: since then the recipient may have another handle, or take no messages any more. */
async function replayed(idempotency: Idempotency | undefined, context: Context): Promise<SendResult | null> {
  return idempotency ? context.messages.findSent(viewerOf(context), idempotency) : null;
}

function parseKey(key: string): string {
  const parsed = parseText('input.idempotencyKey', key);
  const size = Array.from(parsed).length;
  if (size < 1 || size > LONGEST_KEY) {
    throw badUserInput('input.idempotencyKey', `must have 1 to ${LONGEST_KEY} characters, but has ${size}`);
  }
  return parsed;
}

function stored({ message, group, isNewGroup, replayed: isReplayed }: Sent) {
  return { message, messageGroup: group, isNewMessageGroup: isNewGroup, replayed: isReplayed, userErrors: [] };
}

function refused(code: SendMessageErrorCode) {
  const userErrors = [{ code, ...USER_ERRORS[code] }];
  return { message: null, messageGroup: null, isNewMessageGroup: false, replayed: false, userErrors };
}
