import type { Messages } from '../../src/messages/messages.ts';
import { newPerson } from './table.ts';

/** Two people, and the group that the first message from one to the other makes. */
export async function startGroup(messages: Messages, ann = newPerson('ann'), ben = newPerson('ben')) {
  const result = await messages.sendToUser(ann, ben, 'hello');
  if (result.outcome !== 'sent') throw new Error(result.outcome);
  return { ann, ben, groupId: result.message.groupId, firstId: result.message.id };
}
