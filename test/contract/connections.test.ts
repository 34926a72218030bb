import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestApi, type TestApi } from '../support/api.ts';
import { type List, listOfBlocks, listOfGroups, listOfMessages } from '../support/lists.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const SIZES = [0, 1, 20, 101, 200 + Math.floor(Math.random() * 800), 5000];
const LOADING_MS = 120_000;
const MOST_WRITES = 40;
const pageSize = fc.integer({ min: 1, max: 100 });
/** A size, or one at which a page ends just before, with or just after what there is. */
const anySize = fc.oneof(fc.record({ size: pageSize }), fc.record({ beside: fc.integer({ min: -1, max: 1 }) }));
/** Sizes for a walk of at most a few hundred pages. */
const walkSizes = (count: number) =>
  fc.array(fc.integer({ min: Math.max(1, count >> 6), max: 100 }), { minLength: 1, maxLength: 5 });
/** A place in a list, or none; scaled to whatever length the list has. */
const place = fc.option(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { nil: undefined });

describe.each([
  ['messages', listOfMessages],
  ['messageGroups', listOfGroups],
  ['blocks', listOfBlocks],
] as const)('%s', (_name, load) => {
  describe.each(SIZES)('with %i rows', (count) => {
    let list: List;
    beforeAll(async () => {
      list = await load(api, count);
    }, LOADING_MS);

    const indexOf = (where: number | undefined) =>
      where === undefined || count === 0 ? undefined : Math.floor(where * count);

    it(
      'are read once each and in order from any place in both directions, while other clients write',
      async () => {
        const walk = fc.asyncProperty(fc.boolean(), place, walkSizes(count), async (forwards, from, sizes) => {
          const start = indexOf(from);
          const expected =
            start === undefined ? list.ids : forwards ? list.ids.slice(start + 1) : list.ids.slice(0, start);
          const writing = writeUntilStopped(list);
          const seen = await readAll(list, forwards, start, sizes);
          await writing.stop();
          const known = new Set(list.ids);
          expect(seen.filter((id) => known.has(id))).toEqual(expected);
          expect(forwards && new Set(seen).size < seen.length).toBe(false);
        });
        await fc.assert(walk, { numRuns: count > 1000 ? 3 : 10 });
      },
      LOADING_MS,
    );
  });

  describe.each(SIZES.slice(0, -1))('with %i rows that nobody changes', (count) => {
    let list: List;
    let ids: string[];
    let cursors: string[];
    beforeAll(async () => {
      list = await load(api, count);
      ({ ids, cursors } = await snapshot(list));
    }, LOADING_MS);

    it(
      'say exactly whether more lies before and after any page',
      async () => {
        const at = (where: number | undefined) =>
          where === undefined || ids.length === 0 ? undefined : Math.floor(where * ids.length);
        const page = fc.asyncProperty(fc.boolean(), anySize, place, place, async (forwards, sized, one, other) => {
          const [after, before] = [at(one) ?? -1, at(other) ?? ids.length];
          fc.pre(after < before);
          const inside = ids.slice(after + 1, before);
          const size = 'size' in sized ? sized.size : Math.min(Math.max(inside.length + sized.beside, 1), 100);
          const taken = forwards ? inside.slice(0, size) : inside.slice(-size);
          const answer = await list.page({
            [forwards ? 'first' : 'last']: size,
            ...(after >= 0 && { after: cursors[after] }),
            ...(before < ids.length && { before: cursors[before] }),
          });
          const first = ids.indexOf(taken[0] ?? '');
          expect(answer.ids).toEqual(taken);
          expect(answer.pageInfo).toEqual({
            hasPreviousPage: taken.length > 0 ? first > 0 : after >= 0,
            hasNextPage: taken.length > 0 ? first + taken.length < ids.length : before < ids.length,
            startCursor: cursors[first] ?? null,
            endCursor: cursors[first + taken.length - 1] ?? null,
          });
        });
        await fc.assert(page, { numRuns: 60 });
      },
      LOADING_MS,
    );
  });
});

/** Follows the pages from a place to the end of the list; ids newest first. */
async function readAll(list: List, forwards: boolean, start: number | undefined, sizes: number[]): Promise<string[]> {
  const seen: string[] = [];
  let cursor = start === undefined ? undefined : list.cursors[start];
  for (let turn = 0; ; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    const from = cursor === undefined ? {} : { [forwards ? 'after' : 'before']: cursor };
    const { ids, pageInfo } = await list.page({ [forwards ? 'first' : 'last']: size, ...from });
    if (forwards) seen.push(...ids);
    else seen.unshift(...ids);
    if (!(forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return seen;
    cursor = (forwards ? pageInfo.endCursor : pageInfo.startCursor) ?? cursor;
  }
}

/** The whole list as it stands, read in one direction. */
async function snapshot(list: List) {
  const ids: string[] = [];
  const cursors: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { pageInfo, ...page } = await list.page({ first: 100, ...(after !== undefined && { after }) });
    ids.push(...page.ids);
    cursors.push(...page.cursors);
    if (!pageInfo.hasNextPage) return { ids, cursors };
    after = pageInfo.endCursor ?? after;
  }
}

/** Other clients at work. They end by themselves: a reader who follows them towards newer rows has to arrive. */
function writeUntilStopped(list: List) {
  const stopped = new AbortController();
  const written = (async () => {
    for (let writes = 0; writes < MOST_WRITES && !stopped.signal.aborted; writes++) await list.write();
  })();
  return {
    async stop() {
      stopped.abort();
      await written;
    },
  };
}
