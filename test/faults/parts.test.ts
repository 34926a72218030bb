import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRedis, type Node, startRedis } from '../support/nodes.ts';
import { type DynamoDbCall, type Fate, THROTTLED } from '../support/proxy.ts';
import type { TcpProxy } from '../support/tcpProxy.ts';
import { report, type Row, seconds } from './report.ts';
import { codeOf, type Member, newTry, type Rig, startRig, type Tried, trySend } from './rig.ts';

/** FAULT_SECONDS=30 RELIABILITY=write npm test -- test/faults writes docs/reliability.md. */
const FAULT_MS = Number(process.env['FAULT_SECONDS'] ?? 1) * 1000;
const BETWEEN_MS = 200;
const AS_EVER = 'as ever';
const ROW_NAMES = 'names as on the rows';
const UNWELL = { status: 500, body: { __type: 'InternalServerError', message: 'by the proxy' } } as const;

/** Two people with a group, and what they tried while something misbehaved. */
interface Scene {
  rig: Rig;
  ann: Member;
  ben: Member;
  groupId: string;
  tried: Tried[];
}

async function newScene(rig: Rig): Promise<Scene> {
  const [ann, ben] = [await rig.member('ann'), await rig.member('ben')];
  const answer = await rig.run(
    ann,
    `mutation { sendMessage(input: { to: { handle: "${ben.handle}" }, body: "first" }) { messageGroup { id } } }`,
  );
  const { sendMessage } = answer.data as unknown as { sendMessage: { messageGroup: { id: string } } };
  // The node has seen both.
  await rig.run(ben, '{ me { id } }');
  // So that the name on the rows is not the one in Postgres.
  await rig.database.query("update public.users set display_name = 'Renamed' where uuid = $1", [ann.id]);
  return { rig, ann, ben, groupId: sendMessage.messageGroup.id, tried: [] };
}

/** What a caller sees of four operations, worst first if it differs. */
const probes: Record<string, (scene: Scene) => Promise<string>> = {
  async 'a page of messages'({ rig, ben, groupId }) {
    const answer = await rig.run(
      ben,
      `{ messages(messageGroupId: "${groupId}", last: 1) { nodes { sender { displayName } } } }`,
    );
    const code = codeOf(answer);
    if (code !== null) return code;
    const { messages } = answer.data as unknown as { messages: { nodes: { sender: { displayName: string } }[] } };
    return messages.nodes.at(-1)?.sender.displayName === 'Renamed' ? AS_EVER : ROW_NAMES;
  },
  async 'a message into a group'(scene) {
    const attempt = newTry(scene.ben, { messageGroupId: scene.groupId });
    scene.tried.push(attempt);
    return (await trySend(scene.rig, attempt)) ?? AS_EVER;
  },
  async 'a first message'(scene) {
    const attempt = newTry(scene.ann, { handle: (await scene.rig.member('cat')).handle });
    scene.tried.push(attempt);
    return (await trySend(scene.rig, attempt)) ?? AS_EVER;
  },
  async 'somebody new'({ rig }) {
    return codeOf(await rig.run(await rig.member('dan'), '{ me { id } }')) ?? AS_EVER;
  },
};

const worseOf = (one: string, other: string) => {
  const rank = (outcome: string) => [AS_EVER, ROW_NAMES].indexOf(outcome);
  return rank(other) === -1 || rank(other) > rank(one) ? other : one;
};

/** Asks for everything, again and again, while a part misbehaves; then until all is as ever. */
async function suffer(rig: Rig, fault: string, begin: () => unknown, end: () => void): Promise<Row> {
  const scene = await newScene(rig);
  const seen = Object.fromEntries(Object.keys(probes).map((name) => [name, AS_EVER]));
  let longest = 0;
  const ask = async (name: string) => {
    const startedAt = Date.now();
    const outcome = await probes[name]?.(scene).catch(() => 'no answer');
    longest = Math.max(longest, Date.now() - startedAt);
    return outcome ?? '';
  };
  const askAll = () => Promise.all(Object.keys(probes).map(async (name) => [name, await ask(name)] as const));

  await begin();
  await sleep(100);
  const until = Date.now() + FAULT_MS;
  do {
    for (const [name, outcome] of await askAll()) seen[name] = worseOf(seen[name] ?? AS_EVER, outcome);
    await sleep(BETWEEN_MS);
  } while (Date.now() < until);
  end();
  const longestWait = longest;
  const healedAt = Date.now();
  while ((await askAll()).some(([, outcome]) => outcome !== AS_EVER)) await sleep(50);
  const wellAfter = Date.now() - healedAt;
  return {
    fault,
    ...seen,
    lost: await lostOf(scene),
    'longest wait': seconds(longestWait),
    'well again after': seconds(wellAfter),
  };
}

/** What was tried is sent again under its key; then each message has to be in the table once. */
async function lostOf({ rig, tried }: Scene): Promise<string> {
  for (const attempt of tried) expect(await trySend(rig, attempt)).toBeNull();
  const bodies = (await rig.table.rows('MSG#')).map((row) => row['message']);
  const wrong = tried.filter(({ input }) => bodies.filter((body) => body === input.body).length !== 1);
  return wrong.length === 0 ? 'nothing' : `${wrong.length} of ${tried.length}`;
}

const rows: Row[] = [];
const healthy = (row: Row) => {
  rows.push(row);
  expect(row['lost']).toBe('nothing');
};

let redis: Node | null = null;
let rig: Rig;
beforeAll(async () => {
  const command = findRedis();
  redis = command === null ? null : await startRedis(command);
  rig = await startRig({
    ...(redis && { redisUrl: redis.url }),
    env: { RATE_LIMIT: '100000000' },
  });
}, 60_000);
afterAll(async () => {
  await rig.stop();
  await redis?.kill();
});

const LONG = FAULT_MS + 60_000;

type Bad = Parameters<TcpProxy['misbehave']>[0];

/** True for the first try of each call: the SDK sends the same again. */
function isFirstTry(): (call: DynamoDbCall) => boolean {
  const seen = new Set<string>();
  return ({ body }) => {
    const text = JSON.stringify(body);
    const isFirst = !seen.has(text);
    seen.add(text);
    return isFirst;
  };
}

describe('what callers see, and that nothing is lost', () => {
  const connections: [string, 'postgres' | 'dynamodbTcp' | 'jwks' | 'redis', Bad][] = [
    ['Postgres gone', 'postgres', 'cut'],
    ['Postgres half open', 'postgres', 'frozen'],
    ['Postgres 500 ms away', 'postgres', { delayMs: 250 }],
    ['DynamoDB gone', 'dynamodbTcp', 'cut'],
    ['DynamoDB half open', 'dynamodbTcp', 'frozen'],
    ['DynamoDB 200 ms away', 'dynamodbTcp', { delayMs: 100 }],
    ['DynamoDB at 20 kB a second', 'dynamodbTcp', { bytesPerSecond: 20_000 }],
    ['Cognito’s keys gone', 'jwks', 'cut'],
    ['Redis gone', 'redis', 'cut'],
    ['Redis half open', 'redis', 'frozen'],
  ];
  it.each(connections)(
    'while %s',
    async (fault, name, bad) => {
      const proxy = rig[name];
      if (!proxy) return;
      const begin = () => {
        proxy.misbehave(bad);
      };
      healthy(await suffer(rig, fault, begin, proxy.heal));
    },
    LONG,
  );

  const calls: [string, () => (call: DynamoDbCall) => Fate][] = [
    ['DynamoDB throttles every call', () => () => THROTTLED],
    ['DynamoDB answers 500 to every call', () => () => UNWELL],
    [
      'DynamoDB throttles the first try of every call',
      () => {
        const isFirst = isFirstTry();
        return (call) => (isFirst(call) ? THROTTLED : 'pass');
      },
    ],
    [
      'the first answer to every call is lost',
      () => {
        const isFirst = isFirstTry();
        return (call) => (isFirst(call) ? 'lose' : 'pass');
      },
    ],
  ];
  it.each(calls)(
    'while %s',
    async (fault, fateOf) => {
      const begin = () => {
        rig.dynamodb.onCall(fateOf());
      };
      const end = () => {
        rig.dynamodb.onCall(() => 'pass');
      };
      healthy(await suffer(rig, fault, begin, end));
    },
    LONG,
  );

  it(
    'while Cognito signs with a new key, and its keys cannot be had',
    async () => {
      const begin = () => {
        rig.jwks.misbehave('cut');
        return rig.rotateKeys();
      };
      healthy(await suffer(rig, 'Cognito’s keys gone, and a new one signs', begin, rig.jwks.heal));
    },
    LONG,
  );

  it('as docs/reliability.md has it', async () => {
    await report('parts', rows);
  });
});
