import { createHash } from 'node:crypto';
import type { Sql } from './users.ts';

/** Another connection prepared the name already, or this one never did: `duplicate_prepared_statement` and its opposite. */
const MIXED_SESSIONS = new Set(['42P05', '26000']);

/**
 * The same SQL, where each connection prepares a statement once under its name and a digest of its text: while one
 * version replaces another, both may use the same session behind PgBouncer. Where one session serves several
 * connections (PGlite, PgBouncer in transaction mode without `max_prepared_statements`) the first refusal is tried
 * again without a name, and so is every statement from then on. A plan that a migration made stale is prepared anew.
 * For statements that may run twice.
 */
export function prepareStatements(sql: Sql): Sql {
  const names = new Map<string, string>();
  let named = true;
  let generation = 0;

  function nameOf(name: string, text: string): string {
    const known = names.get(text) ?? `${name}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    names.set(text, known);
    return generation === 0 ? known : `${known}_${generation}`;
  }

  return {
    async query({ name, text, values }) {
      if (!named || name === undefined) return sql.query({ text, values });
      const asked = generation;
      try {
        return await sql.query({ name: nameOf(name, text), text, values });
      } catch (error) {
        if (isOfMixedSessions(error)) named = false;
        else if (isStalePlan(error)) generation = asked + 1;
        else throw error;
        return sql.query({ text, values });
      }
    },
  };
}

function isOfMixedSessions(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MIXED_SESSIONS.has(String(error.code));
}

/** A column that a prepared statement answers with has another type since. */
function isStalePlan(error: unknown): boolean {
  return error instanceof Error && error.message.includes('cached plan must not change result type');
}
