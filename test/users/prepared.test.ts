import { describe, expect, it } from '@jest/globals';
import { prepareStatements } from '../../src/users/prepared.ts';
import type { Sql } from '../../src/users/users.ts';

type Statement = Parameters<Sql['query']>[0];

const STATEMENT = { name: 'user_by_handle', text: 'select $1', values: ['ann'] };
/** The name, and a digest of the text. */
const NAMED = { ...STATEMENT, name: 'user_by_handle_375fa123' };
const WITHOUT_NAME = { text: 'select $1', values: ['ann'] };

/** A Postgres that refuses statements with a name; neither the embedded nor a real one does so at will. */
function refusing(code: string) {
  const seen: Statement[] = [];
  const sql: Sql = {
    query(statement) {
      seen.push(statement);
      const refusal = Object.assign(new Error('refused'), { code });
      return statement.name === undefined ? Promise.resolve({ rows: [] }) : Promise.reject(refusal);
    },
  };
  return { sql: prepareStatements(sql), seen };
}

describe('statements', () => {
  it.each(['42P05', '26000'])('go on without a name where connections share a session (%s)', async (code) => {
    const { sql, seen } = refusing(code);
    await expect(sql.query(STATEMENT)).resolves.toEqual({ rows: [] });
    await sql.query(STATEMENT);
    expect(seen).toEqual([NAMED, WITHOUT_NAME, WITHOUT_NAME]);
  });

  it('fail as they did for any other reason, and keep their name', async () => {
    const { sql, seen } = refusing('57P01');
    await expect(sql.query(STATEMENT)).rejects.toThrow('refused');
    await expect(sql.query(STATEMENT)).rejects.toThrow('refused');
    expect(seen).toEqual([NAMED, NAMED]);
  });
});
