import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createCostOf } from '../../src/graphql/cost.ts';
import { createMeter } from '../../src/live/meter.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { createRateLimit } from '../../src/rateLimit.ts';
import { createSchema } from '../../src/schema.ts';
import { SEND, startTestApi } from '../support/api.ts';
import { signInRaw } from '../support/rawSocket.ts';

describe('a replay from a forged cursor', () => {
  it('is paid for by the page and by the event, pauses without points, and then goes on where it was', async () => {
    const api = await startTestApi({ env: { RATE_LIMIT: '100' } });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'the last one' } });
    const groupId = data.sendMessage.messageGroup?.id ?? '';
    const [row] = await api.table.rows(`MSG#${groupId}`);
    const bodies = Array.from({ length: 69 }, (_, n) => `message ${n}`);
    await api.table.load(
      bodies.map((message, n) => ({
        ...row,
        sk: timestampOf((Date.UTC(2020, 0, 1) + n) * 1000),
        message_uuid: crypto.randomUUID(),
        message,
      })),
    );
    const raw = await signInRaw(api.url, ben.token);
    const query = `subscription ($id: ID!, $after: String) {
      messageEvents(messageGroupId: $id, after: $after) { cursor message { body } }
    }`;
    const variables = { id: groupId, after: Buffer.from('e1:0::').toString('base64url') };
    raw.send({ type: 'subscribe', id: 'replay', payload: { query, variables } });
    const received = () => raw.received.filter(({ id }) => id === 'replay').map(({ payload }) => bodyOf(payload));
    const nth = (count: number) => raw.receive(() => received().length >= count);
    // Events have half as many points as operations: one for the page of each log, and one for each event.
    await nth(48);
    const pausedAt = Date.now();
    raw.send({ type: 'subscribe', id: 'me', payload: { query: '{ me { id } }' } });
    await raw.receive(({ id, type }) => id === 'me' && type === 'complete');
    expect(received()).toEqual(bodies.slice(0, 48));
    await nth(70);
    expect(Date.now() - pausedAt).toBeGreaterThan(50_000);
    expect(received()).toEqual([...bodies, 'the last one']);
    await api.stop();
  }, 120_000);

  function bodyOf(payload: unknown): string | null | undefined {
    const { data } = payload as { data?: { messageEvents: { message: { body: string } } } };
    return data?.messageEvents.message.body;
  }
});

describe('an event', () => {
  const costOf = createCostOf(createSchema());
  const priceOf = (selection: string) => costOf({ document: parse(`subscription { ${selection} }`) }).pointsPerEvent;

  it('costs what its selection costs, and a point at least', () => {
    expect(priceOf('inboxEvents { cursor }')).toBe(1);
    expect(priceOf('inboxEvents { messageGroup { id } }')).toBe(2);
    expect(priceOf('inboxEvents { messageGroup { id lastMessage { body } } }')).toBeGreaterThan(2);
    const withMessages = 'inboxEvents { messageGroup { messages(first: 100) { nodes { body } } } }';
    expect(priceOf(withMessages)).toBeGreaterThan(priceOf('inboxEvents { messageGroup { id } }') + 10);
    expect(costOf({ document: parse('{ me { id } }') }).pointsPerEvent).toBe(0);
  });

  it('is charged to points of its own, half as many as operations have', async () => {
    const rateLimit = createRateLimit({ pointsPerMinute: 10, redisUrl: undefined });
    for (let n = 0; n < 5; n++) expect(await rateLimit.chargeEvent('ann', 1)).toBe(0);
    expect(await rateLimit.chargeEvent('ann', 1)).toBeGreaterThan(0);
    await rateLimit.takeOfUser('ann', 10);
    await expect(rateLimit.takeOfUser('ann', 1)).rejects.toThrow('Too much');
    rateLimit.close();
  });

  it('is charged at once if operations have spent more than all of their points', async () => {
    const rateLimit = createRateLimit({ pointsPerMinute: 10, redisUrl: undefined });
    await expect(rateLimit.takeOfUser('ann', 11)).rejects.toThrow('Too much');
    for (let n = 0; n < 5; n++) expect(await rateLimit.chargeEvent('ann', 1)).toBe(0);
    rateLimit.close();
  });

  it('that costs more than a whole minute has points is charged all of them', async () => {
    const rateLimit = createRateLimit({ pointsPerMinute: 10, redisUrl: undefined });
    expect(await rateLimit.chargeEvent('ben', 100)).toBe(0);
    expect(await rateLimit.chargeEvent('ben', 1)).toBeGreaterThan(0);
    rateLimit.close();
  });
});

describe('a meter', () => {
  it('waits at least as long as it has to, and then charges the same again', async () => {
    const waits = [0, 40, 20, 0];
    const charged: number[] = [];
    const charge = (points: number) => {
      charged.push(points);
      return Promise.resolve(waits.shift() ?? 0);
    };
    const meter = createMeter({ pointsPerEvent: 7, charge });
    expect(await meter.page()).toBe(true);
    expect(meter.pausedMs()).toBe(0);
    expect(await meter.event()).toBe(true);
    expect(charged).toEqual([1, 7, 7, 7]);
    expect(meter.pausedMs()).toBeGreaterThanOrEqual(59);
  });

  it('that is stopped waits no longer, and charges nothing more', async () => {
    let charges = 0;
    const charge = () => {
      charges++;
      return Promise.resolve(600_000);
    };
    const meter = createMeter({ pointsPerEvent: 1, charge });
    const waiting = [meter.page(), meter.event()];
    await new Promise(setImmediate);
    meter.stop();
    expect(await Promise.all([...waiting, meter.page()])).toEqual([false, false, false]);
    expect(charges).toBe(2);
  });
});
