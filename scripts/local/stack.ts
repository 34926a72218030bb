import { join } from 'node:path';
import getPort from 'get-port';
import type { LocalConfig } from '../../src/config.ts';
import { startCognito } from './cognito.ts';
import { startDynamoDb } from './dynamodb.ts';
import { startPostgres } from './postgres.ts';
import { type LocalPart, StartError } from './process.ts';
import { readStackFile } from './stackFile.ts';

/** The emulators that were started; null for a part that is given. */
export interface Parts {
  dynamodb: LocalPart | null;
  postgres: LocalPart | null;
  cognito: LocalPart | null;
}

export type OnStarted = (name: string, startedAt: number) => void;

/**
 * Starts the parts that are not given, side by side, each on its own port, the one of the last run, or any free one:
 * a token of the last run then still names its issuer. Where one fails, the others are stopped.
 */
export async function startParts({ dataDir, given, ports }: LocalConfig, onStarted: OnStarted): Promise<Parts> {
  const last = readStackFile(dataDir);
  const start = async (
    name: string,
    wanted: boolean,
    fixedPort: number,
    lastUrl: string | null | undefined,
    run: (port: number) => Promise<LocalPart>,
  ): Promise<LocalPart | null> => {
    if (!wanted) return null;
    const startedAt = Date.now();
    const part = await run(fixedPort === 0 ? await portNear(lastUrl) : fixedPort);
    onStarted(name, startedAt);
    return part;
  };
  const outcomes = await Promise.allSettled([
    start('DynamoDB', !given.dynamodb, ports.dynamodb, last?.dynamodbEndpoint, (port) =>
      startDynamoDb({ port, dbPath: join(dataDir, 'dynamodb.sqlite') }),
    ),
    start('Postgres', !given.postgres, ports.postgres, last?.databaseUrl, (port) =>
      startPostgres({ port, dataDir: join(dataDir, 'postgres') }),
    ),
    start('Cognito', !given.cognito, ports.cognito, last?.cognitoEndpoint, (port) =>
      startCognito({ port, dataDir: join(dataDir, 'cognito') }),
    ),
  ]);
  const [dynamodb = null, postgres = null, cognito = null] = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : null,
  );
  const parts = { dynamodb, postgres, cognito };
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (!failed) return parts;
  await stopParts(parts);
  throw failed.reason;
}

export async function stopParts(parts: Parts): Promise<void> {
  await Promise.all(runningOf(parts).map((part) => part.stop()));
}

/** Rejects when one of the parts ends by itself. */
export async function untilPartEnds(parts: Parts): Promise<never> {
  const running = runningOf(parts);
  if (running.length === 0) await new Promise(() => undefined);
  throw new StartError(await Promise.race(running.map((part) => part.exited)));
}

function runningOf({ dynamodb, postgres, cognito }: Parts): LocalPart[] {
  return [dynamodb, postgres, cognito].filter((part) => part !== null);
}

async function portNear(url: string | null | undefined): Promise<number> {
  const host = '127.0.0.1';
  return url ? getPort({ host, port: Number(new URL(url).port) }) : getPort({ host });
}
