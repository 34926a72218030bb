import { describe, expect, it } from '@jest/globals';
import { failureOf, PoolDownError, PoolFullError, UnansweredError } from '../../src/users/failures.ts';
import { createRelations } from '../../src/users/relations.ts';
import type { Users } from '../../src/users/users.ts';

/** Postgres, as far as relations ask it: who is blocked by whom, or the error that every statement fails with. */
function newRelations() {
  const state: { blocked: string | null; error: Error | null } = { blocked: null, error: null };
  const users: Pick<Users, 'findRelation' | 'presenceSharedWith'> = {
    findRelation(viewerId) {
      if (state.error !== null) return Promise.reject(state.error);
      return Promise.resolve({
        viewer: null,
        other: { id: 'ben', handle: 'ben', displayName: 'Ben' },
        isReachable: state.blocked !== viewerId,
        sharesPresence: state.blocked !== viewerId,
      });
    },
    presenceSharedWith: (_viewerId, otherIds) =>
      state.error === null ? Promise.resolve(new Set(otherIds)) : Promise.reject(state.error),
  };
  return { state, relations: createRelations(users as Users, () => undefined) };
}

const withCode = (code: string, message = code) => Object.assign(new Error(message), { code });
/** An error of `pg` or of the system, as the pool throws it. */
function thrown(error: Error): Error {
  const failure = failureOf(error, 1);
  if (!(failure instanceof Error)) throw new TypeError('expected an error');
  return failure;
}

const GONE = thrown(withCode('ECONNREFUSED'));

describe('a relation while Postgres is gone', () => {
  it('is the last known one, however many other pairs were looked up since', async () => {
    const { state, relations } = newRelations();
    state.blocked = 'ann';
    await relations.findRelation('ann', 'ben');
    for (let n = 0; n < 150_000; n++) await relations.findRelation(`viewer ${n}`, 'ben');
    state.error = GONE;
    expect(await relations.findRelation('ann', 'ben')).toMatchObject({ isReachable: false, sharesPresence: false });
    expect(await relations.findRelation('cat', 'ben')).toMatchObject({ isReachable: true, sharesPresence: false });
  });

  it('is not blocked any more once a lookup said so', async () => {
    const { state, relations } = newRelations();
    relations.rememberBlock('ben', 'ann');
    await relations.findRelation('ann', 'ben');
    state.error = GONE;
    expect(await relations.findRelation('ann', 'ben')).toMatchObject({ isReachable: true });
  });
});

describe('a relation', () => {
  it.each([
    ['nothing listens', withCode('ECONNREFUSED')],
    ['its host is unreachable', withCode('EHOSTUNREACH')],
    ['its name is unknown', withCode('ENOTFOUND')],
    ['it starts or stops', withCode('57P03')],
    ['it ends each connection', new Error('Connection terminated unexpectedly')],
    ['all of its addresses refuse', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
  ])('falls back on what was last known if Postgres is gone: %s', async (_what, error) => {
    const { state, relations } = newRelations();
    state.error = thrown(error);
    expect(await relations.findRelation('ann', 'ben')).toMatchObject({ isReachable: true });
  });

  it.each([
    ['all connections are in use', new PoolFullError(1)],
    ['a connection did not become free', new Error('timeout exceeded when trying to connect')],
    ['a statement was not answered', new Error('Query read timeout')],
    ['a connection was not answered', new Error('Connection terminated due to connection timeout')],
    ['nothing was answered before', new PoolDownError()],
    ['a statement took too long', withCode('57014')],
    ['Postgres has too many connections', withCode('53300')],
    ['PgBouncer has too many connections', withCode('08P01', 'no more connections allowed (max_client_conn)')],
    ['this process has too many files open', Object.assign(withCode('EMFILE'), { syscall: 'connect' })],
    ['the system gave up', Object.assign(withCode('ETIMEDOUT'), { syscall: 'connect' })],
    ['one address refuses, the other is slow', new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')])],
    ['a statement is wrong', withCode('42703')],
    ['a row is not as it should be', new TypeError('public.users must have uuid')],
  ])('fails if Postgres may only be busy, or something is wrong: %s', async (_what, error) => {
    const { state, relations } = newRelations();
    state.error = thrown(error);
    await expect(relations.findRelation('ann', 'ben')).rejects.toBe(state.error);
    expect(await relations.presenceSharedWith('ann', ['ben'])).toEqual(new Set());
  });

  it('fails with an error that says to try again, if it may succeed later', () => {
    const errors = [withCode('57014'), withCode('53300'), withCode('08006'), new Error('Query read timeout')];
    expect(errors.map((error) => thrown(error) instanceof UnansweredError)).toEqual([true, true, true, true]);
    expect(thrown(withCode('23505'))).not.toBeInstanceOf(UnansweredError);
  });
});
