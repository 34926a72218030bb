import { type Context, viewerOf } from '../context.ts';
import type { Participant } from '../messages/rows.ts';

/**
 * What of the viewer's gets to another user at this moment. Whatever that user can see asks here first: messages and
 * edits need `isReachable`, typing and read receipts need `sharesPresence`. Deleting one's own message needs neither.
 */
export interface Reach {
  /** The viewer, by the names in Postgres if it answers. */
  viewer: Participant;
  other: Participant;
  /** False if the other blocks the viewer or receives from nobody; callers cannot tell the two apart. */
  isReachable: boolean;
  /** False if one of the two blocks the other, or has turned read receipts off. */
  sharesPresence: boolean;
}

/**
 * The viewer's reach in one of their groups, or null if they do not take part in it. One SQL statement.
 *
 * @throws {UnansweredError} if Postgres may be busy: callers see SERVICE_UNAVAILABLE, and nothing may be written.
 */
export async function findReach(groupId: string, context: Context): Promise<Reach | null> {
  const viewer = viewerOf(context);
  const other = await context.messages.findOtherParticipant(viewer.id, groupId);
  if (!other) return null;
  const relation = await context.relations.findRelation(viewer.id, other.id);
  const { isReachable, sharesPresence } = relation;
  prime(relation, context);
  return { viewer: relation.viewer ?? viewer, other, isReachable, sharesPresence };
}

/** The viewer's reach to the user with a handle, or null if nobody has it. As `findReach`. */
export async function findReachByHandle(handle: string, context: Context): Promise<Reach | null> {
  const viewer = viewerOf(context);
  const relation = await context.relations.findRelationByHandle(viewer.id, handle);
  const { other, isReachable, sharesPresence } = relation;
  prime(relation, context);
  return other && { viewer: relation.viewer ?? viewer, other, isReachable, sharesPresence };
}

/** `Reach.sharesPresence` alone, as it is now; false if Postgres does not answer. One SQL statement. */
export async function sharesPresence(otherId: string, context: Context): Promise<boolean> {
  return (await context.relations.presenceSharedWith(viewerOf(context).id, [otherId])).has(otherId);
}

/** Users that were read along need not be read again for the answer. */
function prime({ viewer, other }: { viewer: Participant | null; other: Participant | null }, { userLoader }: Context) {
  for (const user of [viewer, other]) if (user) userLoader.prime(user.id, user);
}
