import { type Context, viewerOf } from '../context.ts';
import { badUserInput } from '../errors.ts';
import type { MutationResolvers, SendMessageErrorCode, SendMessageInput } from '../generated/graphql.ts';
import type { Idempotency, SendResult, Sent } from '../messages/send.ts';
import { normalizeHandle } from '../users/users.ts';
import { parseId, parseText } from './arguments.ts';

const LONGEST_BODY = 1024;
const LONGEST_KEY = 128;
const NOTHING_TO_SEE = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u;

const USER_ERRORS: Record<SendMessageErrorCode, { message: string; field: string[] }> = {
  MESSAGE_BLANK: { message: 'The message is empty. Write something.', field: ['input', 'body'] },
  MESSAGE_TOO_LONG: {
    message: `The message has more than ${LONGEST_BODY} characters. Shorten it or send it in parts.`,
    field: ['input', 'body'],
  },
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
};

type Outcome = SendResult | SendMessageErrorCode;

export const Mutation: Required<MutationResolvers> = {
  async sendMessage(_parent, { input }, context) {
    const outcome = await sendMessage(input, context);
    if (typeof outcome === 'string') return refused(outcome);
    switch (outcome.outcome) {
      case 'sent':
        return stored(outcome);
      case 'group-not-found':
        return refused('MESSAGE_GROUP_NOT_FOUND');
      case 'idempotency-key-reused':
        return refused('IDEMPOTENCY_KEY_REUSED');
    }
  },
};

function sendMessage(
  { to, body: text, idempotencyKey }: SendMessageInput,
  context: Context,
): Outcome | Promise<Outcome> {
  const viewer = viewerOf(context);
  const body = parseText('input.body', text).trim();
  const key = idempotencyKey == null ? undefined : parseKey(idempotencyKey);
  const idempotencyFor = (recipient: string): Idempotency | undefined =>
    key === undefined ? undefined : { key, input: JSON.stringify([recipient, body]) };

  if (NOTHING_TO_SEE.test(body)) return 'MESSAGE_BLANK';
  if (Array.from(body).length > LONGEST_BODY) return 'MESSAGE_TOO_LONG';
  if (to.messageGroupId != null) {
    const groupId = parseId('input.to.messageGroupId', to.messageGroupId);
    return context.messages.sendToGroup(viewer, groupId, body, idempotencyFor(`group:${groupId}`));
  }
  const handle = normalizeHandle(to.handle);
  return sendToHandle(handle, body, idempotencyFor(`handle:${handle}`), context);
}

async function sendToHandle(
  handle: string,
  body: string,
  idempotency: Idempotency | undefined,
  context: Context,
): Promise<Outcome> {
  const { users, userLoader, messages } = context;
  const viewer = viewerOf(context);
  const { recipient, sender } = await users.findRecipient(handle, viewer.id);
  for (const user of [recipient, sender]) if (user) userLoader.prime(user.id, user);
  if (recipient?.id === viewer.id) return 'RECIPIENT_IS_SENDER';
  if (recipient) return messages.sendToUser(sender ?? viewer, recipient, body, idempotency);
  // The recipient may have another handle since the message of this key was sent.
  const replayed = idempotency && (await messages.findSent(viewer, idempotency));
  return replayed ?? 'RECIPIENT_NOT_FOUND';
}

function parseKey(key: string): string {
  const parsed = parseText('input.idempotencyKey', key);
  const size = Array.from(parsed).length;
  if (size < 1 || size > LONGEST_KEY) {
    throw badUserInput('input.idempotencyKey', `must have 1 to ${LONGEST_KEY} characters, but has ${size}`);
  }
  return parsed;
}

function stored({ message, group, isNewGroup, replayed }: Sent) {
  return { message, messageGroup: group, isNewMessageGroup: isNewGroup, replayed, userErrors: [] };
}

function refused(code: SendMessageErrorCode) {
  const userErrors = [{ code, ...USER_ERRORS[code] }];
  return { message: null, messageGroup: null, isNewMessageGroup: false, replayed: false, userErrors };
}
