import { type Context, viewerOf } from '../context.ts';
import { unauthenticated } from '../errors.ts';
import type { Participant } from '../messages/rows.ts';
import { UnansweredError } from '../users/failures.ts';
import type { KnownRelation } from '../users/relations.ts';

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
 * @throws UNAUTHENTICATED if Postgres says that the viewer does not exist (any more).
 */
export async function findReach(groupId: string, context: Context): Promise<Reach | null> {
  const viewer = viewerOf(context);
  const other = await context.messages.findOtherParticipant(viewer.id, groupId);
  if (!other) return null;
  const relation = await context.relations.findRelation(viewer.id, other.id);
  const { isReachable, sharesPresence } = relation;
  prime(relation, context);
  return { viewer: knownViewer(relation, context), other, isReachable, sharesPresence };
}

/** The viewer's reach to the user with a handle, or null if nobody has it. As `findReach`. */
export async function findReachByHandle(handle: string, context: Context): Promise<Reach | null> {
  const viewer = viewerOf(context);
  const relation = await context.relations.findRelationByHandle(viewer.id, handle);
  const { other, isReachable, sharesPresence } = relation;
  const known = knownViewer(relation, context);
  prime(relation, context);
  return other && { viewer: known, other, isReachable, sharesPresence };
}

/** `Reach.sharesPresence` alone, as it is now; false if Postgres does not answer. One SQL statement. */
export async function sharesPresence(otherId: string, context: Context): Promise<boolean> {
  return (await context.relations.presenceSharedWith(viewerOf(context).id, [otherId])).has(otherId);
}

/**
 * Whether the other may see now how far the viewer has read; false if Postgres does not answer. One SQL statement.
 *
 * @throws UNAUTHENTICATED as `findReach`.
 */
export async function showsReading(otherId: string, context: Context): Promise<boolean> {
  try {
    const relation = await context.relations.findRelation(viewerOf(context).id, otherId);
    knownViewer(relation, context);
    return relation.sharesPresence;
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    context.logger.warn({ err: error }, 'Postgres did not answer: a mark is made that nobody else sees');
    return false;
  }
}

/**
 * The viewer, by the names in Postgres if it answers. Who was signed in may have been deleted since, and the blocks of
 * the deleted are gone.
 */
function knownViewer({ isAnswered, viewer }: KnownRelation, context: Context): Participant {
  if (isAnswered && !viewer) throw unauthenticated('USER_NOT_REGISTERED');
  return viewer ?? viewerOf(context);
}

/** Users that were read along need not be read again for the answer. */
function prime({ viewer, other }: { viewer: Participant | null; other: Participant | null }, { userLoader }: Context) {
  for (const user of [viewer, other]) if (user) userLoader.prime(user.id, user);
}
