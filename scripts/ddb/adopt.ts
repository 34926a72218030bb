import { groupIdOfMessagesPk, microsecondsOf, participantIdOfGroupsPk } from '../../src/messages/keys.ts';
import { type Item, parseGroup } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';
import { type GroupState, hasMessages, isNormal, problemsOf, readGroup, repairGroup } from './group.ts';
import { dropRow, findMergeTarget, mergeGroups } from './merge.ts';
import { moveMessage } from './moveMessage.ts';
import { scanTable } from './scan.ts';
import type { Throttle } from './throttle.ts';
import { problemOfRow } from './unreadable.ts';

export interface AdoptOptions {
  dryRun: boolean;
  mergeDuplicates: boolean;
  /** Microseconds since 1970 of a sort key without an offset, or null where it is no time. */
  readNaive: (sortKey: string) => number | null;
  throttle: Throttle;
  /** Hears of everything that was changed, or would be. */
  onChange: (line: string) => void;
  /** Hears of everything that is left as it is, and why. */
  onLeft: (line: string) => void;
  onRows: (count: number) => void;
}

interface CountedOptions extends AdoptOptions {
  oneByOne: (work: () => Promise<void>) => Promise<void>;
}

export interface AdoptReport {
  rowsRead: number;
  sortKeysNormalised: number;
  groupsMended: number;
  duplicatesFound: number;
  duplicatesMerged: number;
  left: number;
}

const SEGMENTS = 4;
const UNITS_OF_A_MOVE = 4;
const UNITS_OF_A_REPAIR = 20;
const HAS_OFFSET = /(Z|[+-]\d{2}:?\d{2})$/;

/**
 * Makes a table of the earlier backend hold every invariant: first each message gets its sort key in UTC, then each
 * group its rows and its pair row. Every step is one transaction on conditions, and a step that is done is not done
 * again: so it may be killed at any moment, run again, and run while the API serves. Reads the table twice, in memory
 * that does not grow with it.
 */
export async function adoptTable(target: Table, options: AdoptOptions): Promise<AdoptReport> {
  const report: AdoptReport = {
    rowsRead: 0,
    sortKeysNormalised: 0,
    groupsMended: 0,
    duplicatesFound: 0,
    duplicatesMerged: 0,
    left: 0,
  };
  const counted: CountedOptions = {
    ...options,
    oneByOne: createQueue(),
    onLeft: (line) => {
      report.left++;
      options.onLeft(line);
    },
  };
  await scanTable(target, SEGMENTS, async (items) => {
    for (const item of items) await normalise(target, item, counted, report);
    report.rowsRead += items.length;
    options.onRows(items.length);
  });
  const lastGroups = new Map<number, string>();
  // A merge moves rows of other segments, which each segment may do with its own rows alone: see scanTable.
  await scanTable(target, options.mergeDuplicates ? 1 : SEGMENTS, async (items, segment) => {
    for (const item of items) {
      const groupId = groupIdOfMessagesPk(String(item['pk']));
      // The rows of a partition follow each other, so that a group's messages are one run.
      if (groupId !== null && lastGroups.get(segment) !== groupId) await mendGroup(target, groupId, counted, report);
      if (groupId !== null) lastGroups.set(segment, groupId);
      if (participantIdOfGroupsPk(String(item['pk'])) !== null) await mendRow(target, item, counted);
    }
    options.onRows(items.length);
  });
  return report;
}

async function normalise(target: Table, item: Item, options: CountedOptions, report: AdoptReport): Promise<void> {
  const [pk, sk] = [String(item['pk']), String(item['sk'])];
  const unreadable = problemOfRow(item);
  if (unreadable !== null) {
    options.onLeft(unreadable);
    return;
  }
  if (groupIdOfMessagesPk(pk) === null || isNormal(sk)) return;
  const microseconds = HAS_OFFSET.test(sk) ? microsecondsOf(sk) : options.readNaive(sk);
  if (microseconds === null) {
    options.onLeft(`${pk} / ${sk}: the sort key is no time`);
    return;
  }
  report.sortKeysNormalised++;
  if (options.dryRun) {
    options.onChange(`${pk} / ${sk}: would get a sort key in UTC`);
    return;
  }
  await options.throttle.take(UNITS_OF_A_MOVE);
  const moved = await moveMessage(target, item, pk, microseconds);
  options.onChange(`${pk} / ${sk}: is now ${moved ?? 'moved by another run'}`);
}

async function mendGroup(target: Table, groupId: string, options: CountedOptions, report: AdoptReport): Promise<void> {
  const state = await readGroup(target, groupId);
  const problems = problemsOf(state);
  const isMerged = (await findMergeTarget(target, groupId)) !== null;
  if (isMerged || isDuplicate(state)) return options.oneByOne(() => mergeDuplicate(target, groupId, options, report));
  if (problems.length === 0) return;
  if (!state.participants) {
    problems.forEach(options.onLeft);
    return;
  }
  report.groupsMended++;
  if (options.dryRun) {
    for (const problem of problems) options.onChange(`would mend ${problem}`);
    return;
  }
  await options.throttle.take(UNITS_OF_A_REPAIR);
  const mended = await repairGroup(target, state);
  const left = problemsOf(mended);
  for (const problem of problems) if (!left.includes(problem)) options.onChange(`mended ${problem}`);
  // Another group of the two may have got the pair row meanwhile.
  if (isDuplicate(mended)) await options.oneByOne(() => mergeDuplicate(target, groupId, options, report));
}

/** One at a time: the groups of one pair may come up in several segments at once. */
async function mergeDuplicate(
  target: Table,
  groupId: string,
  options: CountedOptions,
  report: AdoptReport,
): Promise<void> {
  const state = await readGroup(target, groupId);
  const duplicateOf = (await findMergeTarget(target, groupId)) ?? (isDuplicate(state) ? state.pairGroupId : null);
  if (duplicateOf === null || state.newest === null) return;
  report.duplicatesFound++;
  if (!options.mergeDuplicates) {
    options.onLeft(
      `groups ${groupId} and ${duplicateOf} are of the same two people: --merge-duplicates makes them one`,
    );
  } else if (options.dryRun) {
    options.onChange(`would merge groups ${groupId} and ${duplicateOf}`);
  } else {
    const older = await mergeGroups(target, groupId, duplicateOf, options.throttle);
    report.duplicatesMerged++;
    options.onChange(`merged groups ${groupId} and ${duplicateOf} into ${older}`);
  }
}

function isDuplicate({ groupId, pairGroupId }: GroupState): boolean {
  return pairGroupId !== null && pairGroupId !== groupId;
}

/** Runs what it is given one after the other. */
function createQueue(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** A group row whose group has no messages: what is left of a merge that was cut off goes, anything else stays. */
async function mendRow(target: Table, item: Item, { dryRun, onChange, onLeft }: AdoptOptions): Promise<void> {
  if (problemOfRow(item) !== null) return;
  const row = parseGroup(item);
  if (await hasMessages(target, row.id)) return;
  const { pairGroupId } = await readGroup(target, row.id);
  const key = `${String(item['pk'])} / ${row.sortKey}`;
  if (pairGroupId === null || pairGroupId === row.id) onLeft(`${key}: group ${row.id} has no messages`);
  else if (dryRun) onChange(`${key}: would go, its group was merged into ${pairGroupId}`);
  else if (await dropRow(target, row)) onChange(`${key}: is gone, its group was merged into ${pairGroupId}`);
}
