import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ProjectionLag } from '../live/projection.ts';

/** Resolves where a part answers; by the name under which `/health/ready` reports it. */
export type Checks = Record<string, () => Promise<unknown>>;

export interface HealthOptions {
  checks: Checks;
  projectionLag: ProjectionLag;
  isDraining: () => boolean;
}

const CHECK_TIMEOUT_MS = 2000;

/**
 * `GET /health/live`: 200 while the process runs. `GET /health/ready`: 200 where every part answers within 2 s and the
 * server is not stopping, else 503; the body says which part does not, and how many milliseconds the stream's door is
 * behind. That it is behind makes no API server less ready.
 */
export function addHealth(app: FastifyInstance, { checks, projectionLag, isDraining }: HealthOptions): void {
  app.get('/health/live', { logLevel: 'silent' }, () => ({ status: 'live' }));

  app.get('/health/ready', { logLevel: 'silent' }, async (_request, reply) => {
    const answers = await Promise.all(Object.values(checks).map(answersInTime));
    const parts = Object.fromEntries(Object.keys(checks).map((name, index) => [name, answers[index] ? 'up' : 'down']));
    const stopping = isDraining();
    const ready = !stopping && answers.every(Boolean);
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : stopping ? 'stopping' : 'not ready',
      ...parts,
      projectionLagMs: projectionLag.current(),
    });
  });
}

async function answersInTime(check: () => Promise<unknown>): Promise<boolean> {
  const timeout = new AbortController();
  const inTime = check().then(
    () => true,
    () => false,
  );
  const late = sleep(CHECK_TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false);
  const answer = await Promise.race([inTime, late]);
  timeout.abort();
  return answer;
}
