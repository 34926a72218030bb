import type { DemoUser } from '../local/demo.ts';
import { withClient } from './client.ts';

/** What stands in `cognito_user_id` until a user is linked, as the earlier backend had it. */
const NOT_LINKED = 'MOCK';

/** Puts users into Postgres where they are missing, not linked to Cognito. One statement; a second run changes nothing. */
export async function seedUsers(databaseUrl: string, users: DemoUser[]): Promise<void> {
  await withClient(databaseUrl, (client) =>
    client.query(
      `insert into public.users (uuid, handle, display_name, email, cognito_user_id)
       select *, $5 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
       on conflict do nothing`,
      [
        users.map(({ id }) => id),
        users.map(({ handle }) => handle),
        users.map(({ displayName }) => displayName),
        users.map(({ email }) => email),
        NOT_LINKED,
      ],
    ),
  );
}
