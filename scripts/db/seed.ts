import pg from 'pg';
import type { DemoUser } from '../local/demo.ts';

/** What stands in `cognito_user_id` until a user is linked, as the earlier backend had it. */
const NOT_LINKED = 'MOCK';

/**
 * Puts users into Postgres where they are missing, and links each with the `sub` of its Cognito user where one is
 * given. Two statements; a second run changes nothing.
 */
export async function seedUsers(databaseUrl: string, users: DemoUser[], subs: Map<string, string>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const linked = users.map(({ handle }) => subs.get(handle) ?? NOT_LINKED);
    await client.query(
      `insert into public.users (uuid, handle, display_name, email, cognito_user_id)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
       on conflict do nothing`,
      [
        users.map(({ id }) => id),
        users.map(({ handle }) => handle),
        users.map(({ displayName }) => displayName),
        users.map(({ email }) => email),
        linked,
      ],
    );
    await client.query(
      `update public.users set cognito_user_id = link.sub
       from unnest($1::text[], $2::text[]) as link (handle, sub)
       where lower(users.handle) = link.handle and cognito_user_id <> link.sub`,
      [[...subs.keys()], [...subs.values()]],
    );
  } finally {
    await client.end();
  }
}
