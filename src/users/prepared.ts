import type { Sql } from './users.ts';

/** Another connection prepared the name already, or this one never did: `duplicate_prepared_statement` and its opposite. */
const MIXED_SESSIONS = new Set(['42P05', '26000']);

/**
 * The same SQL, where each connection prepares a statement once under its name. Where one session serves several
 * connections (PGlite, PgBouncer in transaction mode without `max_prepared_statements`) the first refusal is tried
 * again without a name, and so is every statement from then on. For statements that may run twice.
 */
export function prepareStatements(sql: Sql): Sql {
  let named = true;
  return {
    async query({ name, text, values }) {
      if (!named) return sql.query({ text, values });
      try {
        return await sql.query({ ...(name !== undefined && { name }), text, values });
      } catch (error) {
        if (!isOfMixedSessions(error)) throw error;
        named = false;
        return sql.query({ text, values });
      }
    },
  };
}

function isOfMixedSessions(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MIXED_SESSIONS.has(String(error.code));
}
