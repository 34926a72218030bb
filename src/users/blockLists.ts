import { z } from 'zod';
import { cutName, type Sql, type User } from './users.ts';

/** A page of blocks. Bounds are sort keys, and exclusive. */
export interface BlockPageRequest {
  limit: number;
  /** From which end of the range the blocks are taken. */
  from: 'newest' | 'oldest';
  olderThan?: string | undefined;
  newerThan?: string | undefined;
}

/** Blocked users, the newest block first; whether any follow (older) and precede (newer) is exact. */
export interface BlockPage {
  rows: (User & { sortKey: string })[];
  hasOlder: boolean;
  hasNewer: boolean;
}

/** Whom users block. Every function is one SQL statement, and throws where Postgres does not answer. */
export interface BlockLists {
  listBlocked(blockerId: string, page: BlockPageRequest): Promise<BlockPage>;
  /** Which of these users are blocked. */
  findBlocked(blockerId: string, userIds: readonly string[]): Promise<Set<string>>;
}

/** A block has the time when it was made, and blocks of one time the order of the blocked users' ids. */
const PLACE = '(blocks.created_at, blocks.blocked_uuid)';
const SORT_KEY = `to_char(blocks.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || blocks.blocked_uuid`;
const NEWEST = 'infinity ffffffff-ffff-ffff-ffff-ffffffffffff';
const OLDEST = '-infinity 00000000-0000-0000-0000-000000000000';

const name = z.string().transform(cutName);
const pageRow = z.object({
  rows: z.array(z.object({ id: z.string(), handle: name, displayName: name, sortKey: z.string() })),
  hasNewer: z.boolean(),
  hasOlder: z.boolean(),
});

export function createBlockLists(sql: Sql): BlockLists {
  return {
    async listBlocked(blockerId, { limit, from, olderThan, newerThan }) {
      const newestFirst = from === 'newest';
      const order = newestFirst ? 'desc' : 'asc';
      const { rows } = await sql.query({
        text: `with page as (
            select users.uuid as id, users.handle, users.display_name as "displayName", ${SORT_KEY} as "sortKey"
            from public.user_blocks as blocks join public.users on users.uuid = blocks.blocked_uuid
            where blocks.blocker_uuid = $1
              and ${PLACE} < ($2::timestamptz, $3::uuid) and ${PLACE} > ($4::timestamptz, $5::uuid)
            order by blocks.created_at ${order}, blocks.blocked_uuid ${order} limit $6
          ) select coalesce((select json_agg(page order by "sortKey" desc) from page), '[]') as rows,
            ${exists('>= ($2::timestamptz, $3::uuid)')} as "hasNewer", ${exists('<= ($4::timestamptz, $5::uuid)')} as "hasOlder"`,
        values: [blockerId, ...(olderThan ?? NEWEST).split(' '), ...(newerThan ?? OLDEST).split(' '), limit + 1],
      });
      const page = pageRow.parse(rows[0]);
      const isMore = page.rows.length > limit;
      return {
        rows: newestFirst ? page.rows.slice(0, limit) : page.rows.slice(-limit),
        hasOlder: newestFirst && isMore ? true : page.hasOlder,
        hasNewer: !newestFirst && isMore ? true : page.hasNewer,
      };
    },

    async findBlocked(blockerId, userIds) {
      const { rows } = await sql.query({
        text: 'select blocked_uuid from public.user_blocks where blocker_uuid = $1 and blocked_uuid = any($2::uuid[])',
        values: [blockerId, userIds],
      });
      return new Set(rows.map((row) => String(row['blocked_uuid'])));
    },
  };
}

/** True for the sort key of a block, whether or not there is one in that place. */
export function isBlockPlace(sortKey: string): boolean {
  const [, time] =
    /^(2\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3})\d{3}Z [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(sortKey) ??
    [];
  const moment = time === undefined ? NaN : Date.parse(`${time}Z`);
  // Postgres refuses a 30th of February, which Date takes for a 2nd of March.
  return !Number.isNaN(moment) && new Date(moment).toISOString() === `${String(time)}Z`;
}

function exists(place: string): string {
  return `exists (select from public.user_blocks as blocks where blocks.blocker_uuid = $1 and ${PLACE} ${place})`;
}
