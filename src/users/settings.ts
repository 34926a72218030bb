import { z } from 'zod';
import { type BlockLists, createBlockLists } from './blockLists.ts';
import { cutName, type Sql, type User } from './users.ts';

/** What somebody allows others. */
export interface MessageSettings {
  /** Whether they and those they write with see how far the other has read. */
  readReceipts: boolean;
  /** Whether anybody may write to them. */
  receivesMessages: boolean;
}

/** Whom a user wants to hear from. Every function is one SQL statement, and throws where Postgres does not answer. */
export interface Settings extends BlockLists {
  findSettings(userId: string): Promise<MessageSettings>;
  /** What is undefined stays as it is. Returns the settings as they are then. */
  updateSettings(userId: string, changed: Partial<MessageSettings>): Promise<MessageSettings>;
  /** On return the blocked user is blocked, also where that was so before; null where Postgres does not know them. */
  block(blockerId: string, blockedId: string): Promise<User | null>;
  /** On return the user is not blocked; null where Postgres does not know them. */
  unblock(blockerId: string, blockedId: string): Promise<User | null>;
}

const COLUMNS = 'read_receipts as "readReceipts", receives_messages as "receivesMessages"';
const USER = 'users.uuid as id, users.handle, users.display_name as "displayName"';

const settingsRow = z.object({ readReceipts: z.boolean(), receivesMessages: z.boolean() });
const name = z.string().transform(cutName);
const userRow = z.object({ id: z.string(), handle: name, displayName: name });

export function createSettings(sql: Sql): Settings {
  async function select<Row>(row: z.ZodType<Row>, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await sql.query({ text, values });
    return z.array(row).parse(rows);
  }

  return {
    ...createBlockLists(sql),

    async findSettings(userId) {
      const [row] = await select(settingsRow, `select ${COLUMNS} from public.message_settings where user_uuid = $1`, [
        userId,
      ]);
      return row ?? { readReceipts: true, receivesMessages: true };
    },

    async updateSettings(userId, { readReceipts, receivesMessages }) {
      const [row] = await select(
        settingsRow,
        `insert into public.message_settings as settings (user_uuid, read_receipts, receives_messages)
         values ($1, coalesce($2, true), coalesce($3, true))
         on conflict (user_uuid) do update set read_receipts = coalesce($2, settings.read_receipts),
           receives_messages = coalesce($3, settings.receives_messages)
         returning ${COLUMNS}`,
        [userId, readReceipts ?? null, receivesMessages ?? null],
      );
      if (!row) throw new Error('The settings were not returned');
      return row;
    },

    async block(blockerId, blockedId) {
      const [user] = await select(
        userRow,
        `with blocked as (
           insert into public.user_blocks (blocker_uuid, blocked_uuid)
           select $1, uuid from public.users where uuid = $2
           on conflict do nothing
         ) select ${USER} from public.users where uuid = $2`,
        [blockerId, blockedId],
      );
      return user ?? null;
    },

    async unblock(blockerId, blockedId) {
      const [user] = await select(
        userRow,
        `with unblocked as (delete from public.user_blocks where blocker_uuid = $1 and blocked_uuid = $2)
         select ${USER} from public.users where uuid = $2`,
        [blockerId, blockedId],
      );
      return user ?? null;
    },
  };
}
