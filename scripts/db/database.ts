import { withClient } from './client.ts';

const ALREADY_THERE = '42P04';
const NOT_THERE = '3D000';

/** A connection of a database server, for a person who looks what goes on. */
export interface Session {
  pid: number;
  user: string;
  application: string;
  client: string;
  state: string;
  since: string;
}

/** Makes the database that the URL names. */
export function createDatabase(databaseUrl: string): Promise<'created' | 'exists'> {
  return onServer(databaseUrl, async (name, run) => {
    try {
      await run(`create database ${quoted(name)}`);
      return 'created';
    } catch (error) {
      if (codeOf(error) === ALREADY_THERE) return 'exists';
      throw error;
    }
  });
}

/** Deletes the database that the URL names, and ends the sessions on it. */
export function dropDatabase(databaseUrl: string): Promise<'dropped' | 'not there'> {
  return onServer(databaseUrl, async (name, run) => {
    try {
      await run(`drop database ${quoted(name)} with (force)`);
      return 'dropped';
    } catch (error) {
      if (codeOf(error) === NOT_THERE) return 'not there';
      throw error;
    }
  });
}

/** Who is connected to the database now, this connection aside. */
export function listSessions(databaseUrl: string): Promise<Session[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<Session>(
      `select pid, usename as user, application_name as application, coalesce(host(client_addr), 'local') as client,
              coalesce(state, '') as state, coalesce(state_change::text, '') as since
       from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by state_change`,
    );
    return rows;
  });
}

/** Works on the server by way of the database that every server has: the one of the URL may not be there. */
function onServer<Result>(
  databaseUrl: string,
  work: (name: string, run: (sql: string) => Promise<unknown>) => Promise<Result>,
): Promise<Result> {
  const server = new URL(databaseUrl);
  const name = decodeURIComponent(server.pathname.slice(1));
  server.pathname = '/postgres';
  return withClient(server.href, (client) => work(name, (sql) => client.query(sql)));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
