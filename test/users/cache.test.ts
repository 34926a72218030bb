import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createImpatientRedis } from '../../src/redis.ts';
import { cacheUsers, type CacheOptions } from '../../src/users/cache.ts';
import { createRedisCache } from '../../src/users/redisCache.ts';
import type { User, Users } from '../../src/users/users.ts';
import { findRedis, type Node, startRedis } from '../support/nodes.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

const LIFE_MS = 60_000;

/** Postgres, as far as the cache asks it: users that can be changed, and every id that was asked for. */
function newRegistry() {
  const known = new Map<string, User>();
  const asked: string[] = [];
  const users: Pick<Users, 'usersByIds'> = {
    usersByIds(ids) {
      asked.push(...ids);
      return Promise.resolve(ids.map((id) => known.get(id) ?? null));
    },
  };
  return {
    asked,
    users: users as Users,
    add(displayName: string, id: string = randomUUID()) {
      known.set(id, { id, handle: displayName, displayName });
      return id;
    },
  };
}

let registry: ReturnType<typeof newRegistry>;
beforeEach(() => {
  registry = newRegistry();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const open = (options: Partial<CacheOptions> = {}) =>
  cacheUsers({ users: registry.users, lifeMs: LIFE_MS, ...options });
const nameOf = async (node: Users, id: string) => (await node.usersByIds([id]))[0]?.displayName;
const afterLife = () => {
  const later = Date.now() + LIFE_MS;
  jest.spyOn(Date, 'now').mockImplementation(() => later);
};

describe('the cache of users', () => {
  it('asks Postgres for what it does not know alone, and answers in the order of the ids', async () => {
    const lookups: object[] = [];
    const node = open({ onLookup: (found) => lookups.push(found) });
    const [ann, ben, nobody] = [registry.add('Ann'), registry.add('Ben'), randomUUID()];
    await node.usersByIds([ann]);
    const found = await node.usersByIds([nobody, ben, ann, ben]);
    expect(found.map((user) => user?.displayName)).toEqual([undefined, 'Ben', 'Ann', 'Ben']);
    expect(registry.asked).toEqual([ann, nobody, ben]);
    expect(lookups.at(-1)).toEqual({ hits: 1, sharedHits: 0, misses: 2 });
  });

  it('shows a change when the life of what was read is over', async () => {
    const node = open();
    const ann = registry.add('Ann');
    await node.usersByIds([ann]);
    registry.add('Anna', ann);
    expect(await nameOf(node, ann)).toBe('Ann');
    afterLife();
    expect(await nameOf(node, ann)).toBe('Anna');
  });

  it('asks again for whom Postgres does not know', async () => {
    const node = open();
    const id = randomUUID();
    expect(await node.usersByIds([id])).toEqual([null]);
    registry.add('Ann', id);
    expect(await nameOf(node, id)).toBe('Ann');
  });
});

const command = findRedis();
const withRedis = command === null ? describe.skip : describe;

withRedis('the cache that nodes share', () => {
  let server: Node;
  let proxy: TcpProxy;
  let connections: Redis[];
  beforeEach(async () => {
    server = await startRedis(String(command));
    proxy = await startTcpProxy(server.url);
    connections = [];
  });
  afterEach(async () => {
    for (const connection of connections) connection.disconnect();
    await proxy.stop();
    await server.kill();
  });

  const newNode = async () => {
    const redis = createImpatientRedis(proxy.url, 20);
    connections.push(redis);
    await new Promise((resolve) => redis.once('ready', resolve));
    return open({ shared: createRedisCache(redis) });
  };

  it('spares another node the statement, and keeps nobody longer than one life', async () => {
    const [node, other] = [await newNode(), await newNode()];
    const ann = registry.add('Ann');
    await node.usersByIds([ann]);
    while ((await connections[0]?.dbsize()) === 0);
    expect(await nameOf(other, ann)).toBe('Ann');
    expect(registry.asked).toEqual([ann]);
    registry.add('Anna', ann);
    afterLife();
    expect(await nameOf(other, ann)).toBe('Anna');
  });

  it('is passed by while it is away, half open or full of something else', async () => {
    const node = await newNode();
    const [ann, ben, cat] = [registry.add('Ann'), registry.add('Ben'), registry.add('Cat')];
    await connections[0]?.set(`cruddur:user:${ann}`, '{"id": 1}');
    expect(await nameOf(node, ann)).toBe('Ann');
    proxy.misbehave('frozen');
    expect(await nameOf(node, ben)).toBe('Ben');
    proxy.misbehave('cut');
    expect(await nameOf(node, cat)).toBe('Cat');
  });
});
