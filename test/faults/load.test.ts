import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { report } from './report.ts';
import { codeOf, newTry, type Rig, startRig, trySend } from './rig.ts';

/** CONNECTIONS=10000 SOAK_SECONDS=600 RELIABILITY=write npm test -- test/faults/load */
const CONNECTIONS = Number(process.env['CONNECTIONS'] ?? 500);
const SOAK_MS = Number(process.env['SOAK_SECONDS'] ?? 5) * 1000;
const AT_ONCE = 10;
const CONNECTING_AT_ONCE = 200;

let rig: Rig;
let metricsUrl: string;
beforeAll(async () => {
  const port = await getPort({ host: '127.0.0.1' });
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  rig = await startRig({ env: { METRICS_PORT: String(port) }, worker: true });
}, 60_000);
afterAll(() => rig.stop());

async function memory(): Promise<{ heapMb: number; residentMb: number }> {
  const text = await (await fetch(metricsUrl)).text();
  const megabytes = (name: string) => Math.round(Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]) / 1e6);
  return {
    heapMb: megabytes('cruddur_nodejs_heap_size_used_bytes'),
    residentMb: megabytes('cruddur_process_resident_memory_bytes'),
  };
}

describe('many connections', () => {
  /** A connection over which the server answered once, and which both keep. */
  async function open(): Promise<Socket> {
    const { hostname, port } = new URL(rig.node.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
    return socket;
  }

  it('are held, and others are served meanwhile', async () => {
    const ann = await rig.member('ann');
    const before = await memory();
    const sockets: Socket[] = [];
    while (sockets.length < CONNECTIONS) {
      const some = Math.min(CONNECTING_AT_ONCE, CONNECTIONS - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: some }, open))));
    }
    const startedAt = performance.now();
    const answers = [];
    for (let n = 0; n < 20; n++) answers.push(codeOf(await rig.run(ann, '{ messageGroups { nodes { id } } }')));
    const each = (performance.now() - startedAt) / answers.length;
    const after = await memory();
    expect(answers).toEqual(answers.map(() => null));
    expect(sockets.filter((socket) => socket.readyState === 'open')).toHaveLength(CONNECTIONS);
    for (const socket of sockets) socket.destroy();
    await report('connections', [
      {
        connections: { figure: CONNECTIONS.toLocaleString('en') },
        others: 'are served',
        'an operation takes': { figure: `${each.toFixed(0)} ms` },
        'memory before': { figure: `${before.residentMb} MB` },
        'and with them': { figure: `${after.residentMb} MB` },
      },
    ]);
  }, 120_000);
});

describe('a soak', () => {
  it(
    'neither fails nor fills the memory',
    async () => {
      const pairs = await Promise.all(
        Array.from(
          { length: AT_ONCE },
          async (_, n) => [await rig.member(`ann${n}`), await rig.member(`ben${n}`)] as const,
        ),
      );
      const until = Date.now() + SOAK_MS;
      let operations = 0;
      const failures: string[] = [];
      const soak = async ([ann, ben]: (typeof pairs)[number]) => {
        while (Date.now() < until) {
          const outcomes = [
            await trySend(rig, newTry(ann, { handle: ben.handle })),
            codeOf(
              await rig.run(
                ben,
                '{ messageGroups { nodes { id unreadCount lastMessage { body } messages { nodes { body sender { handle } } } } } }',
              ),
            ),
            codeOf(await rig.run(ann, '{ unreadTotal me { handle } }')),
          ];
          operations += outcomes.length;
          failures.push(...outcomes.filter((code) => code !== null));
        }
      };
      const heaps: number[] = [];
      const watch = async () => {
        while (Date.now() < until) {
          heaps.push((await memory()).heapMb);
          await sleep(SOAK_MS / 50);
        }
      };
      await Promise.all([...pairs.map(soak), watch()]);
      // What is left after collections: the least of the second tenth, when all is warm, and of the last.
      const tenth = Math.max(1, Math.floor(heaps.length / 10));
      const [early, late] = [Math.min(...heaps.slice(tenth, 2 * tenth)), Math.min(...heaps.slice(-tenth))];
      expect(failures).toEqual([]);
      expect(late).toBeLessThan(early * 1.5 + 50);
      await report('soak', [
        {
          'time under load': { figure: `${SOAK_MS / 1000} s` },
          operations: { figure: operations.toLocaleString('en') },
          failed: 'none',
          'heap in use, early': { figure: `${early} MB` },
          'and at the end': { figure: `${late} MB` },
          resident: { figure: `${(await memory()).residentMb} MB` },
        },
      ]);
    },
    SOAK_MS + 60_000,
  );
});
