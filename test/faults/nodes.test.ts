import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { createMessages } from '../../src/messages/messages.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { findRedis, type Node, startApiNode, startRedis, startWorkerNode } from '../support/nodes.ts';
import { startDynamoDbProxy } from '../support/proxy.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';
import { createTestTable, newPerson } from '../support/table.ts';
import { report, type Row, seconds } from './report.ts';
import { run, startRig } from './rig.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

describe('a worker that is killed', () => {
  const phases = ['DescribeStream', 'GetShardIterator', 'GetRecords', 'Query', 'TransactWriteItems'].flatMap(
    (operation) => [
      { operation, when: 'before' as const },
      { operation, when: 'after' as const },
    ],
  );

  it('in any phase leaves nothing behind that the next one does not put right', async () => {
    const table = await createTestTable();
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const dataDir = await mkdtemp(join(tmpdir(), 'cruddur-'));
    stops.push(
      () => rm(dataDir, { recursive: true }),
      () => table.drop(),
      () => proxy.stop(),
    );
    const env = {
      NODE_ENV: 'test',
      DYNAMODB_ENDPOINT: proxy.url,
      MESSAGES_TABLE: table.table,
      DATA_DIR: dataDir,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const isWell = async () => brokenInvariants(await table.rows()).length === 0;
    const messages = createMessages(table);
    const rows: Row[] = [];
    for (const { operation, when } of phases) {
      const [ann, ben] = [newPerson('ann'), newPerson('ben')];
      const first = await messages.sendToUser(ann, ben, 'first');
      if (first.outcome !== 'sent') throw new Error(first.outcome);
      await messages.sendToGroup(ben, first.message.groupId, 'second');
      const worker = await killedAt(operation, when);
      expect(await isWell()).toBe(operation === 'TransactWriteItems' && when === 'after');
      await worker.restart();
      const restartedAt = Date.now();
      while (!(await isWell())) await sleep(50);
      rows.push({
        'the worker is killed': `${when} ${operation}`,
        'group rows': 'behind until it is back',
        lost: 'nothing',
        'well again after its restart': seconds(Date.now() - restartedAt),
      });
      await worker.kill();
    }
    await report('worker', rows);

    /** A worker that was killed right before its call reached DynamoDB, or right after, before it had the answer. */
    async function killedAt(operation: string, when: 'before' | 'after'): Promise<Node> {
      let killed: () => void = () => undefined;
      const isKilled = new Promise<void>((resolve) => (killed = resolve));
      let worker: Node | null = null;
      let isDue = true;
      proxy.onCall((call) => {
        if (call.operation !== operation || !isDue) return 'pass';
        isDue = false;
        if (when === 'after') setImmediate(killed);
        else killed();
        return when === 'after' ? 'lose' : { status: 500, body: {} };
      });
      worker = await startWorkerNode(env);
      await isKilled;
      await worker.kill();
      return worker;
    }
  }, 120_000);
});

const command = findRedis();
describe('a node whose clock is two minutes off', () => {
  (command === null ? it.skip : it)(
    'has its messages among those of the others, and all of them are told',
    async () => {
      const rows: Row[] = [];
      for (const shiftMs of [120_000, -120_000]) {
        const redis = await startRedis(String(command));
        const rig = await startRig({ redisUrl: redis.url, worker: true });
        const NODE_OPTIONS = `--import ${new URL('./clock-shift.js', import.meta.url).href}`;
        const wrong = await startApiNode({ ...rig.env, NODE_OPTIONS, CLOCK_SHIFT_MS: String(shiftMs) });
        stops.push(
          () => redis.kill(),
          () => rig.stop(),
          () => wrong.kill(),
        );

        const [ann, ben] = [await rig.member('ann'), await rig.member('ben')];
        const sendOn = async (url: string, by: typeof ann, to: typeof ben) => {
          const query = `mutation { sendMessage(input: { to: { handle: "${to.handle}" }, body: "hello" }) { message { messageGroupId createdAt } } }`;
          const sentAt = Date.now();
          const { data } = await run(url, by, query, {});
          const { sendMessage } = data as unknown as {
            sendMessage: { message: { messageGroupId: string; createdAt: string } };
          };
          return { ...sendMessage.message, sentAt };
        };
        const { messageGroupId, createdAt: firstAt } = await sendOn(rig.node.url, ann, ben);
        const clients: Client[] = [rig.node.url, wrong.url].map((url, n) =>
          connect(url, bearer((n === 0 ? ann : ben).token)),
        );
        stops.push(() => Promise.all(clients.map(async (client) => client.dispose())));
        const after = Buffer.from(`v1:${firstAt}`).toString('base64url');
        const heard = clients.map((client) =>
          subscribe(
            client,
            `subscription { messageEvents(messageGroupId: "${messageGroupId}", after: "${after}") { message { createdAt } } }`,
          ),
        );
        await sleep(500);
        const sent = [];
        for (let n = 0; n < 10; n++) {
          sent.push(await sendOn(rig.node.url, ann, ben), await sendOn(wrong.url, ben, ann));
        }
        const farthest = Math.max(...sent.map(({ createdAt, sentAt }) => Math.abs(Date.parse(createdAt) - sentAt)));
        expect(farthest).toBeLessThan(2500);
        for (const { until } of heard) {
          const times = (await until(sent.length)).map(({ data }) => data?.messageEvents.message?.createdAt);
          expect(times.sort()).toEqual(sent.map(({ createdAt }) => createdAt).sort());
        }
        rows.push({
          'a node’s clock is': `${Math.abs(shiftMs / 60_000)} minutes ${shiftMs > 0 ? 'ahead' : 'behind'}`,
          'its messages': 'go by DynamoDB’s clock, within a second or two',
          'told to subscribers': 'all, once',
          'farthest from the true time': seconds(farthest),
        });
      }
      await report('clock', rows);
    },
    120_000,
  );
});
