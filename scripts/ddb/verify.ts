import { setTimeout as sleep } from 'node:timers/promises';
import {
  groupIdOfMessagesPk,
  microsecondsOf,
  ownerIdOfChangesPk,
  participantIdOfGroupsPk,
} from '../../src/messages/keys.ts';
import type { Item } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';
import { type ChangeProblem, findMissingEntry, findStrayEntry } from './changes.ts';
import { type GroupState, hasMessages, isNormal, problemsOf, readGroup, repairGroup } from './group.ts';
import { scanTable } from './scan.ts';
import { problemOfRow } from './unreadable.ts';

export interface VerifyReport {
  rows: number;
  groups: number;
  broken: number;
  repaired: number;
}

interface VerifyOptions {
  repair: boolean;
  onProblem: (line: string) => void;
  onRows?: (count: number) => void;
}

const SEGMENTS = 4;
/** How long the stream may take: a row is late only when its newest message is older. */
const SETTLE_MS = 5000;

/**
 * Reads the whole table once, in memory that does not grow with it, and names every broken invariant with its keys.
 * What looks broken is read again, consistently, before it counts, and when the stream has had its time; so it is right
 * while the API writes. With `repair` it mends what follows from the messages.
 */
export async function verifyTable(target: Table, options: VerifyOptions): Promise<VerifyReport> {
  const report: VerifyReport = { rows: 0, groups: 0, broken: 0, repaired: 0 };
  const lastGroups = new Map<number, string>();
  const problem = (line: string) => {
    report.broken++;
    options.onProblem(line);
  };

  async function checkGroup(groupId: string): Promise<void> {
    report.groups++;
    const state = await readSettled(target, groupId);
    const problems = problemsOf(state);
    if (problems.length === 0) return;
    problems.forEach(problem);
    if (!options.repair) return;
    const left = problemsOf(await repairGroup(target, state));
    report.repaired += problems.length - left.length;
  }

  async function checkChange(found: ChangeProblem | null): Promise<void> {
    if (!found) return;
    problem(found.line);
    if (!options.repair) return;
    await found.mend();
    report.repaired++;
  }

  async function checkRow(row: Item, segment: number): Promise<void> {
    const [pk, sk] = [String(row['pk']), String(row['sk'])];
    const groupId = groupIdOfMessagesPk(pk);
    const unreadable = problemOfRow(row);
    if (unreadable !== null) problem(unreadable);
    if (groupId !== null) {
      if (!isNormal(sk) && unreadable === null)
        problem(`${pk} / ${sk}: the sort key is not in UTC with six decimals and a Z: ddb adopt mends it`);
      // The rows of a partition follow each other, so that a group's messages are one run.
      if (lastGroups.get(segment) !== groupId) await checkGroup(groupId);
      lastGroups.set(segment, groupId);
      if (unreadable === null) await checkChange(await findMissingEntry(target, row));
    } else if (unreadable !== null) {
      return;
    } else if (participantIdOfGroupsPk(pk) !== null) {
      const group = String(row['message_group_uuid']);
      if (!(await hasMessages(target, group))) problem(`${pk} / ${sk}: group ${group} has no messages`);
    } else if (pk.startsWith('DM#')) {
      const group = String(row['group_uuid']);
      if (!(await hasMessages(target, group))) problem(`${pk} / ${sk}: names group ${group}, which has no messages`);
    } else if (ownerIdOfChangesPk(pk) !== null) {
      await checkChange(await findStrayEntry(target, row));
    }
  }

  await scanTable(target, SEGMENTS, async (items, segment) => {
    for (const item of items) await checkRow(item, segment);
    report.rows += items.length;
    options.onRows?.(items.length);
  });
  return report;
}

/** The group, read again where it looks broken but its newest message may still be on its way through the stream. */
async function readSettled(target: Table, groupId: string): Promise<GroupState> {
  for (;;) {
    const state = await readGroup(target, groupId);
    const ageMs = state.newest ? Date.now() - (microsecondsOf(state.newest.createdAt) ?? 0) / 1000 : Infinity;
    if (problemsOf(state).length === 0 || ageMs >= SETTLE_MS) return state;
    await sleep(Math.max(50, Math.min(SETTLE_MS, SETTLE_MS - ageMs)));
  }
}
