import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cursorOf, parseCursor, parsePosition } from '../../src/messages/cursors.ts';
import { microsecondsOf, pairKey, timestampOf } from '../../src/messages/keys.ts';

const moment = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

describe('sort keys', () => {
  it('are UTC with six decimals and a Z', () => {
    expect(timestampOf(1_795_206_371_927_123)).toBe('2026-11-20T20:26:11.927123Z');
    expect(timestampOf(1_795_206_371_000_001)).toBe('2026-11-20T20:26:11.000001Z');
  });

  it('order as strings the way the moments order in time, and read back exactly', () => {
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        expect(timestampOf(one) < timestampOf(other)).toBe(one < other);
        expect(microsecondsOf(timestampOf(one))).toBe(one);
      }),
    );
  });

  it.each([
    ['2026-11-20T20:26:11.927123+00:00', '2026-11-20T20:26:11.927123Z'],
    ['2026-11-20T15:26:11.927123-05:00', '2026-11-20T20:26:11.927123Z'],
    ['2026-11-20T20:26:11.927123', '2026-11-20T20:26:11.927123Z'],
    ['2026-11-20 20:26:11', '2026-11-20T20:26:11.000000Z'],
    ['2026-11-20T20:26:11.9Z', '2026-11-20T20:26:11.900000Z'],
    ['2026-11-20T21:56:11+0130', '2026-11-20T20:26:11.000000Z'],
  ])('of the earlier backend are read: %s', (stored, expected) => {
    expect(timestampOf(microsecondsOf(stored) ?? 0)).toBe(expected);
  });

  it.each(['', 'DM', 'MSG#1', '2026-13-40T00:00:00Z', '2026-11-20', '20:26:11'])('are not read from %j', (text) => {
    expect(microsecondsOf(text)).toBeNull();
  });
});

describe('cursors', () => {
  it('hold the sort key as it is stored', () => {
    fc.assert(
      fc.property(moment, (at) => {
        expect(parseCursor(cursorOf(timestampOf(at)))).toEqual({ sortKey: timestampOf(at) });
      }),
    );
    const legacy = '2026-11-20T20:26:11.927123+00:00';
    expect(parseCursor(cursorOf(legacy))).toEqual({ sortKey: legacy });
  });

  it('of any other text are refused with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(parseCursor(text)).toHaveProperty('problem');
      }),
    );
  });

  it('that name another partition, or none, are refused', () => {
    expect(parseCursor(cursorOf('MSG#2f0e5c1a'))).toHaveProperty('problem');
    expect(parseCursor(cursorOf('2026-11-20T20:26:11.927123Z\nMSG#2f0e5c1a'))).toHaveProperty('problem');
  });

  it('of another version say so', () => {
    const cursor = Buffer.from('v2:2026-11-20T20:26:11.927123Z').toString('base64url');
    expect(parseCursor(cursor)).toEqual({ problem: expect.stringContaining('v2') });
  });

  it('of events hold at most 2000 times and 16,000 characters, each time a moment', () => {
    const forge = (rest: string) => Buffer.from(`e1:${rest}`).toString('base64url');
    const times = (count: number) => Array<string>(count).fill('1').join('.');
    expect(parsePosition(forge(`0:${times(1000)}:${times(1000)}`))?.delivered.map(({ size }) => size)).toEqual([
      1000, 1000,
    ]);
    for (const rest of [
      `0:${times(1001)}:${times(1000)}`,
      `0:${'0'.repeat(16_000)}1:`,
      '0:1..1:',
      `0:${'z'.repeat(20)}:`,
      `${'z'.repeat(12)}::`,
      '-1::',
      '0:-1:',
    ]) {
      expect(parsePosition(forge(rest))).toBeNull();
      expect(parseCursor(forge(rest))).toHaveProperty('problem');
    }
  });
});

it('two users have one pair key, whoever comes first', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (one, other) => {
      expect(pairKey(one, other)).toEqual(pairKey(other, one));
    }),
  );
});
