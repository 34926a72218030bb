export interface User {
  id: string;
  handle: string;
  displayName: string;
}

/** The users in Postgres. Every function is one SQL statement, and throws where Postgres does not answer. */
export interface Users {
  /** Aligned with `ids`; null where Postgres does not know the id. */
  usersByIds(ids: readonly string[]): Promise<(User | null)[]>;
  /** The user whose Cognito `sub` this is, or null. */
  findUserByCognitoId(sub: string): Promise<User | null>;
  /** The user with this handle, in any case, or null. */
  findUserByHandle(handle: string): Promise<User | null>;
  /** `findUserByHandle` and, in the same statement, the user who asks. */
  findRecipient(handle: string, senderId: string): Promise<{ recipient: User | null; sender: User | null }>;
}

type Row = Record<string, unknown>;

/** What this needs of a pool of `pg`. */
export interface Sql {
  query(statement: { text: string; values: unknown[] }): Promise<{ rows: Row[] }>;
}

const COLUMNS = 'uuid, handle, display_name';

/** A handle as a person writes it, without white space and a leading `@`, in lower case. */
export function normalizeHandle(handle: string): string {
  return handle.trim().replace(/^@/, '').toLowerCase();
}

export function createUsers(sql: Sql): Users {
  async function select(text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await sql.query({ text, values });
    return rows;
  }

  return {
    async usersByIds(ids) {
      const users = await select(`select ${COLUMNS} from public.users where uuid = any($1::uuid[])`, [
        ids.filter(isUuid),
      ]);
      const byId = new Map(users.map(parseUser).map((user) => [user.id, user]));
      return ids.map((id) => byId.get(id) ?? null);
    },

    async findUserByCognitoId(sub) {
      const [user] = await select(`select ${COLUMNS} from public.users where cognito_user_id = $1`, [sub]);
      return user ? parseUser(user) : null;
    },

    async findUserByHandle(handle) {
      if (!isHandle(handle)) return null;
      const [user] = await select(`select ${COLUMNS} from public.users where lower(handle) = lower($1)`, [handle]);
      return user ? parseUser(user) : null;
    },

    async findRecipient(handle, senderId) {
      const users = await select(
        `select ${COLUMNS}, lower(handle) = lower($1) as is_recipient from public.users where lower(handle) = lower($1) or uuid = $2`,
        [isHandle(handle) ? handle : '', senderId],
      );
      const recipient = users.find((row) => row['is_recipient'] === true);
      const sender = users.find((row) => row['uuid'] === senderId);
      return { recipient: recipient ? parseUser(recipient) : null, sender: sender ? parseUser(sender) : null };
    },
  };
}

function parseUser(row: Row): User {
  const { uuid: id, handle, display_name: displayName } = row;
  if (typeof id !== 'string' || typeof handle !== 'string' || typeof displayName !== 'string') {
    throw new TypeError('public.users must have uuid, handle and display_name that are not null');
  }
  return { id, handle, displayName };
}

/** What Postgres takes for a text: no NUL, and nothing in vain. */
function isHandle(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
