import { describe, expect, it } from '@jest/globals';
import { failureOf, PoolDownError, PoolFullError, UnansweredError } from '../../src/users/failures.ts';
import { createRelations } from '../../src/users/relations.ts';
import type { Users } from '../../src/users/users.ts';

interface State {
  /** Whom Ben blocks. */
  blocked: string | null;
  /** Whether Ben receives messages. */
  receivesMessages: boolean;
  /** A user who was deleted. */
  deleted: string | null;
  /** What every statement fails with. */
  error: Error | null;
}

/** Postgres, as far as relations ask it for those of Ben. */
function newRelations() {
  const state: State = { blocked: null, receivesMessages: true, deleted: null, error: null };
  const users: Pick<Users, 'findRelation' | 'presenceSharedWith'> = {
    findRelation(viewerId) {
      if (state.error !== null) return Promise.reject(state.error);
      return Promise.resolve({
        viewer: state.deleted === viewerId ? null : { id: viewerId, handle: viewerId, displayName: viewerId },
        other: { id: 'ben', handle: 'ben', displayName: 'Ben' },
        blocksViewer: state.blocked === viewerId,
        receivesMessages: state.receivesMessages,
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
    relations.rememberBlock('ben', 'ann', true);
    await relations.findRelation('ann', 'ben');
    state.error = GONE;
    expect(await relations.findRelation('ann', 'ben')).toMatchObject({ isReachable: true });
  });

  it('is not blocked any more once the block was taken back here', async () => {
    const { state, relations } = newRelations();
    state.blocked = 'ann';
    await relations.findRelation('ann', 'ben');
    relations.rememberBlock('ben', 'ann', false);
    state.error = GONE;
    expect(await relations.findRelation('ann', 'ben')).toMatchObject({ isReachable: true });
  });

  it('keeps nobody who is not blocked from who receives again, by a lookup or by the settings made here', async () => {
    const { state, relations } = newRelations();
    const settings = (receivesMessages: boolean) => {
      relations.rememberSettings('ben', { readReceipts: true, receivesMessages });
    };
    const reachable = async () => {
      state.error = GONE;
      const known = await Promise.all(['ann', 'cat'].map((viewer) => relations.findRelation(viewer, 'ben')));
      state.error = null;
      return known.map(({ isReachable }) => isReachable);
    };
    state.blocked = 'ann';
    state.receivesMessages = false;
    for (const viewer of ['ann', 'cat']) await relations.findRelation(viewer, 'ben');
    expect(await reachable()).toEqual([false, false]);
    settings(true);
    expect(await reachable()).toEqual([false, true]);
    settings(false);
    expect(await reachable()).toEqual([false, false]);
    state.receivesMessages = true;
    await relations.findRelation('cat', 'ben');
    expect(await reachable()).toEqual([false, true]);
  });

  it('says that Postgres did not answer, which is not that the viewer was deleted, and forgets no block of theirs', async () => {
    const { state, relations } = newRelations();
    state.blocked = 'ann';
    await relations.findRelation('ann', 'ben');
    Object.assign(state, { blocked: null, deleted: 'ann' });
    const answered = await relations.findRelation('ann', 'ben');
    expect(answered).toMatchObject({ isAnswered: true, viewer: null, isReachable: false });
    state.error = GONE;
    const unanswered = await relations.findRelation('ann', 'ben');
    expect(unanswered).toMatchObject({ isAnswered: false, viewer: null, isReachable: false });
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
