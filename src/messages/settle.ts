import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Step } from './move.ts';
import { write } from './transaction.ts';

interface Group {
  dynamo: DynamoDBDocumentClient;
  table: string;
  groupId: string;
}

const ATTEMPTS = 1000;

/**
 * Carries out a plan for the rows of one message group. The plan's writes hold only while everything is as it was
 * read: where it is not, the rows are read again and planned anew; where another group has the place of a row, that
 * row gives way by a microsecond.
 *
 * @throws where the rows did not hold still for a thousand tries.
 */
export async function settleRows<State>(
  { dynamo, table, groupId }: Group,
  first: State,
  readAgain: () => Promise<State>,
  plan: (state: State, nudges: ReadonlyMap<string, number>) => Step[],
): Promise<void> {
  const nudges = new Map<string, number>();
  let state = first;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const steps = plan(state, nudges);
    if (steps.length === 0) return;
    const refusals = await write(
      dynamo,
      steps.map((step) => step.write(table)),
    );
    if (refusals.length === 0) return;
    const givingWay = refusals.flatMap(({ index, item }) => {
      const isOthers = item !== null && item['message_group_uuid'] !== groupId;
      return isOthers ? (steps[index]?.takes ?? []) : [];
    });
    for (const participantId of givingWay) nudges.set(participantId, (nudges.get(participantId) ?? 0) + 1);
    if (givingWay.length < refusals.length) state = await readAgain();
  }
  throw new Error(`The rows of message group ${groupId} did not hold still for ${ATTEMPTS} tries`);
}
