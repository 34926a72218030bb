import type { Messages } from '../../src/messages/messages.ts';
import type { Figure } from './figure.ts';
import { NEAR_THE_END, type Sizes, VIEWER } from './kept.ts';
import { interleavedMedians } from './timing.ts';

const MOST_TIMES_SLOWER = 1.1;

/** A page of 20 messages at both ends of a long conversation, against one of 1,000 messages. */
export async function measureDepth(messages: Messages, { messages: count }: Sizes): Promise<Figure[]> {
  const page = (groupId: string, olderThan?: string) => () =>
    messages.listMessages(VIEWER.id, groupId, { limit: 20, from: 'newest', olderThan });
  const [shallow = NaN, newest = NaN, shallowOldest = NaN, oldest = NaN] = await interleavedMedians([
    page('shallow'),
    page('deep'),
    page('shallow', NEAR_THE_END),
    page('deep', NEAR_THE_END),
  ]);
  const long = count.toLocaleString('en');
  return [
    { name: `newest page of ${long} messages, p50`, value: newest, unit: 'ms' },
    { name: `oldest page of ${long} messages, p50`, value: oldest, unit: 'ms' },
    {
      name: `newest page, of ${long} / of 1,000 messages`,
      value: newest / shallow,
      unit: '×',
      atMost: MOST_TIMES_SLOWER,
    },
    {
      name: `oldest page, of ${long} / of 1,000 messages`,
      value: oldest / shallowOldest,
      unit: '×',
      atMost: MOST_TIMES_SLOWER,
    },
  ];
}

/** A page of 20 groups at both ends of a long inbox, against one of 100 groups. */
export async function measureInbox(messages: Messages, { groups: count }: Sizes): Promise<Figure[]> {
  const page = (userId: string, olderThan?: string) => () =>
    messages.listMessageGroups(userId, { limit: 20, from: 'newest', olderThan });
  const [few = NaN, newest = NaN, oldest = NaN] = await interleavedMedians([
    page('few-groups'),
    page('many-groups'),
    page('many-groups', NEAR_THE_END),
  ]);
  const long = count.toLocaleString('en');
  return [
    { name: 'newest page of 100 groups, p50', value: few, unit: 'ms' },
    { name: `newest page of ${long} groups, p50`, value: newest, unit: 'ms' },
    { name: `oldest page of ${long} groups, p50`, value: oldest, unit: 'ms' },
  ];
}
