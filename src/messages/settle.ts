import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from './clock.ts';
import { timestampOf } from './keys.ts';
import { type Item, parseGroup, parseRows } from './rows.ts';
import type { Planning, Step } from './steps.ts';
import { write } from './transaction.ts';

interface Group {
  dynamo: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  groupId: string;
}

const ATTEMPTS = 1000;

/**
 * Carries out a plan for the rows of one message group. The plan's writes hold only while everything is as it was
 * read: where it is not, the rows are read again and planned anew; where another group has the place of a row, that
 * row gives way by a microsecond. Returns the state that the plan which was carried out was made for.
 *
 * @throws where the rows did not hold still for a thousand tries.
 */
export async function settleRows<State>(
  { dynamo, table, clock, groupId }: Group,
  first: State,
  readAgain: () => Promise<State>,
  plan: (state: State, planning: Planning) => Step[],
): Promise<State> {
  const nudges = new Map<string, number>();
  let state = first;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const steps = plan(state, { table, nudges, now: timestampOf(clock()) });
    if (steps.length === 0) return state;
    const refusals = await write(
      dynamo,
      steps.map((step) => step.write),
    );
    if (refusals.length === 0) return state;
    const givingWay = refusals.flatMap(({ index, item }) => {
      const givesWay = item !== null && !isOwn(item, groupId);
      return givesWay ? (steps[index]?.takes ?? []) : [];
    });
    for (const participantId of givingWay) nudges.set(participantId, (nudges.get(participantId) ?? 0) + 1);
    if (givingWay.length < refusals.length) state = await readAgain();
  }
  throw new Error(`The rows of message group ${groupId} did not hold still for ${ATTEMPTS} tries`);
}

/** True for a row of the group; one that cannot be read keeps its place as another group's does. */
function isOwn(item: Item, groupId: string): boolean {
  return item['message_group_uuid'] === groupId && parseRows([item], parseGroup).length > 0;
}
