import { measureDepth, measureInbox } from './depth.ts';
import type { Figure } from './figure.ts';
import { openKept, type Sizes } from './kept.ts';
import { measureLag } from './lag.ts';
import { measureLambda } from './lambda.ts';
import { measureOverload } from './overload.ts';
import { simulatePartitions } from './partitions.ts';
import { measureProjector } from './projector.ts';
import { measureRefusals } from './refusals.ts';
import { measureStartup } from './startup.ts';
import { measureSubscriptions } from './subscriptions.ts';
import { measureUsersCache } from './usersCache.ts';
import { measureWeb } from './web.ts';

/** All further figures, one after the other. */
export async function* measureFigures(sizes: Sizes, log: (line: string) => void): AsyncGenerator<Figure[]> {
  const kept = await openKept(sizes, log);
  try {
    yield await measureDepth(kept.messages, sizes);
    yield await measureInbox(kept.messages, sizes);
  } finally {
    await kept.stop();
  }
  yield await measureProjector();
  yield await measureLag();
  yield await measureSubscriptions(log);
  yield await measureUsersCache(log);
  yield await measureOverload(log);
  yield await measureRefusals(log);
  yield await measureStartup();
  yield await measureLambda();
  yield await measureWeb();
  yield simulatePartitions();
}
