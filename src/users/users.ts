export interface User {
  id: string;
  handle: string;
  displayName: string;
}

/** Two users, as one of them is about to reach the other. */
export interface Relation {
  viewer: User | null;
  other: User | null;
  /** Whether the other blocks the viewer. */
  blocksViewer: boolean;
  /** Whether the other receives messages, from anybody who is not blocked. */
  receivesMessages: boolean;
  /** Whether the two see each other type and read: false if one of them blocks the other or has turned receipts off. */
  sharesPresence: boolean;
}

/** The users in Postgres. Every function is one SQL statement, and throws where Postgres does not answer. */
export interface Users {
  /** Aligned with `ids`; null where Postgres does not know the id. */
  usersByIds(ids: readonly string[]): Promise<(User | null)[]>;
  /** The user whose Cognito `sub` this is, or null. */
  findUserByCognitoId(sub: string): Promise<User | null>;
  /** The user with this handle, in any case, or null. */
  findUserByHandle(handle: string): Promise<User | null>;
  /** What a user and the one with this handle are to each other. */
  findRelationByHandle(viewerId: string, handle: string): Promise<Relation>;
  /** What a user and the one with this id are to each other. */
  findRelation(viewerId: string, otherId: string): Promise<Relation>;
  /** The ids of those users who share presence with the viewer, see `Relation`; nobody's if there is no viewer. */
  presenceSharedWith(viewerId: string, otherIds: readonly string[]): Promise<ReadonlySet<string>>;
}

type Row = Record<string, unknown>;

/** What this needs of a pool of `pg`. */
export interface Sql {
  query(statement: { name?: string; text: string; values: unknown[] }): Promise<{ rows: Row[] }>;
}

const COLUMNS = 'users.uuid, users.handle, users.display_name';

/** `before`: the same for a database that has not seen migration 0002: nobody blocks, and everybody has the defaults. */
interface Statement {
  name: string;
  text: string;
  before?: string;
}

const USERS_BY_IDS: Statement = {
  name: 'users_by_ids',
  text: `select ${COLUMNS} from public.users where uuid = any($1::uuid[])`,
};

const USER_BY_COGNITO_ID: Statement = {
  name: 'user_by_cognito_id',
  text: `select ${COLUMNS} from public.users where cognito_user_id = $1`,
};

const USER_BY_HANDLE: Statement = {
  name: 'user_by_handle',
  text: `select ${COLUMNS} from public.users where lower(handle) = lower($1)`,
};

const WITH_SETTINGS = 'left join public.message_settings as settings on settings.user_uuid = users.uuid';
const SHOWS_READING = 'coalesce(settings.read_receipts, true)';
const BLOCKS_VIEWER = 'exists (select from public.user_blocks where blocker_uuid = users.uuid and blocked_uuid = $1)';
const IS_BLOCKED = 'exists (select from public.user_blocks where blocker_uuid = $1 and blocked_uuid = users.uuid)';
/** The blocks and settings of a user who is deleted are deleted too. */
const VIEWER_EXISTS = 'exists (select from public.users as viewers where viewers.uuid = $1)';

/** The viewer, `$1`, and one other user, who meets a condition on `$2`. */
function relation(name: string, isOther: string): Statement {
  const others = `from public.users ${WITH_SETTINGS} where users.uuid = $1 or ${isOther}`;
  return {
    name,
    text: `select ${COLUMNS}, ${isOther} as is_other, ${SHOWS_READING} as read_receipts,
      coalesce(settings.receives_messages, true) as receives_messages,
      ${BLOCKS_VIEWER} as blocks_viewer, ${IS_BLOCKED} as is_blocked ${others}`,
    before: `select ${COLUMNS}, ${isOther} as is_other, true as read_receipts, true as receives_messages,
      false as blocks_viewer, false as is_blocked from public.users where users.uuid = $1 or ${isOther}`,
  };
}

const RELATION = relation('relation', 'users.uuid = $2');
const RELATION_BY_HANDLE = relation('relation_by_handle', 'lower(users.handle) = lower($2)');

const PRESENCE: Statement = {
  name: 'presence',
  text: `select users.uuid from public.users ${WITH_SETTINGS}
    where users.uuid = any($2::uuid[]) and ${VIEWER_EXISTS} and ${SHOWS_READING} and not ${BLOCKS_VIEWER} and not ${IS_BLOCKED}
      and not exists (select from public.message_settings where user_uuid = $1 and not read_receipts)`,
  before: `select uuid from public.users where uuid = any($2::uuid[]) and ${VIEWER_EXISTS}`,
};

/** As the schema says of handles and names by their bytes. */
const MAX_NAME_CHARACTERS = 128;

const UNDEFINED_TABLE = '42P01';
const ASK_AGAIN_MS = 60_000;

/** A handle as a person writes it, without white space and a leading `@`, in lower case. */
export function normalizeHandle(handle: string): string {
  return handle.trim().replace(/^@/, '').toLowerCase();
}

export function createUsers(sql: Sql): Users {
  let unmigratedUntil = 0;

  async function select({ name, text, before }: Statement, values: unknown[]): Promise<Row[]> {
    if (before !== undefined && Date.now() < unmigratedUntil) return rowsOf({ text: before, values });
    try {
      return await rowsOf({ name, text, values });
    } catch (error) {
      if (before === undefined || !(error instanceof Error && 'code' in error) || error.code !== UNDEFINED_TABLE)
        throw error;
      unmigratedUntil = Date.now() + ASK_AGAIN_MS;
      return rowsOf({ text: before, values });
    }
  }

  async function rowsOf(statement: Parameters<Sql['query']>[0]): Promise<Row[]> {
    return (await sql.query(statement)).rows;
  }

  return {
    async usersByIds(ids) {
      const rows = await select(USERS_BY_IDS, [ids.filter(isUuid)]);
      const byId = new Map(rows.map(parseUser).map((user) => [user.id, user]));
      return ids.map((id) => byId.get(id) ?? null);
    },

    async findUserByCognitoId(sub) {
      const [user] = await select(USER_BY_COGNITO_ID, [sub]);
      return user ? parseUser(user) : null;
    },

    async findUserByHandle(handle) {
      if (!isHandle(handle)) return null;
      const [user] = await select(USER_BY_HANDLE, [handle]);
      return user ? parseUser(user) : null;
    },

    async findRelationByHandle(viewerId, handle) {
      return relationOf(await select(RELATION_BY_HANDLE, [viewerId, isHandle(handle) ? handle : '']), viewerId);
    },

    async findRelation(viewerId, otherId) {
      return relationOf(await select(RELATION, [viewerId, otherId]), viewerId);
    },

    async presenceSharedWith(viewerId, otherIds) {
      const rows = await select(PRESENCE, [viewerId, otherIds.filter(isUuid)]);
      return new Set(rows.map((row) => String(row['uuid'])));
    },
  };
}

function relationOf(rows: Row[], viewerId: string): Relation {
  const viewer = rows.find((row) => row['uuid'] === viewerId);
  const other = rows.find((row) => row['is_other'] === true);
  const showsReading = (row: Row | undefined) => row?.['read_receipts'] === true;
  const blocksViewer = other?.['blocks_viewer'] === true;
  const isBlocked = other?.['is_blocked'] === true;
  return {
    viewer: viewer ? parseUser(viewer) : null,
    other: other ? parseUser(other) : null,
    blocksViewer,
    receivesMessages: other?.['receives_messages'] === true,
    sharesPresence: showsReading(viewer) && showsReading(other) && !blocksViewer && !isBlocked,
  };
}

function parseUser(row: Row): User {
  const { uuid: id, handle, display_name: displayName } = row;
  if (typeof id !== 'string' || typeof handle !== 'string' || typeof displayName !== 'string') {
    throw new TypeError('public.users must have uuid, handle and display_name that are not null');
  }
  return { id, handle: cutName(handle), displayName: cutName(displayName) };
}

/** A name as it is shown: its first 128 characters (Unicode code points). The column takes texts of any length. */
export function cutName(name: string): string {
  return name.length <= MAX_NAME_CHARACTERS ? name : Array.from(name).slice(0, MAX_NAME_CHARACTERS).join('');
}

/** What Postgres takes for a text: no NUL, and nothing in vain. */
function isHandle(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
