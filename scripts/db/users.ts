import { prepareStatements } from '../../src/users/prepared.ts';
import { createUsers, normalizeHandle, type User } from '../../src/users/users.ts';
import { withClient } from './client.ts';

/** The users with these handles, aligned; null where Postgres does not know one. */
export async function findUsers(databaseUrl: string, handles: string[]): Promise<(User | null)[]> {
  return withClient(databaseUrl, async (client) => {
    const users = createUsers(prepareStatements(client));
    const found: (User | null)[] = [];
    for (const handle of handles) found.push(await users.findUserByHandle(normalizeHandle(handle)));
    return found;
  });
}

/** What became of linking the pool's users with those in Postgres. */
export interface LinkReport {
  linked: string[];
  onlyInPool: string[];
  onlyInPostgres: string[];
}

/** Sets `cognito_user_id` of every user that is on both sides, by handle. Two statements. */
export async function linkUsers(databaseUrl: string, subs: ReadonlyMap<string, string>): Promise<LinkReport> {
  return withClient(databaseUrl, async (client) => {
    const handles = [...subs.keys()].map(normalizeHandle);
    const { rows: linked } = await client.query<{ handle: string }>(
      `update public.users set cognito_user_id = link.sub
       from unnest($1::text[], $2::text[]) as link (handle, sub)
       where lower(users.handle) = link.handle and cognito_user_id <> link.sub
       returning users.handle`,
      [handles, [...subs.values()]],
    );
    const { rows: known } = await client.query<{ handle: string }>('select lower(handle) as handle from public.users');
    const inPostgres = new Set(known.map(({ handle }) => handle));
    return {
      linked: linked.map(({ handle }) => handle).sort(),
      onlyInPool: handles.filter((handle) => !inPostgres.has(handle)).sort(),
      onlyInPostgres: [...inPostgres].filter((handle) => !handles.includes(handle)).sort(),
    };
  });
}
