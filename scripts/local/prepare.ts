import { createDynamoDbClient } from '../../src/clients.ts';
import type { Config, LocalConfig } from '../../src/config.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { createEmulatorClient, ensureUser, ensureUserPool } from '../cognito/userPool.ts';
import { migrate } from '../db/migrate.ts';
import { seedUsers } from '../db/seed.ts';
import { linkUsers } from '../db/users.ts';
import { seedMessages } from '../ddb/seed.ts';
import { allDemoUsers, DEMO_PASSWORD } from './demo.ts';
import type { OnStarted, Parts } from './stack.ts';

export interface EmulatedPool {
  userPoolId: string;
  clientId: string;
  /** By handle. */
  subs: Map<string, string>;
}

/** The user pool of the emulator with the demo users in it; made where it is not there. */
export async function prepareCognito(endpoint: string): Promise<EmulatedPool> {
  const cognito = createEmulatorClient(endpoint);
  const pool = await ensureUserPool(cognito);
  const subs = await Promise.all(
    allDemoUsers.map(async (user): Promise<[string, string]> => [
      user.handle,
      await ensureUser(cognito, pool.userPoolId, user, DEMO_PASSWORD),
    ]),
  );
  cognito.destroy();
  return { ...pool, subs: new Map(subs) };
}

/** Table, schema and demo data of every part that was started here, or of all with `PREPARE`. Repeats change nothing. */
export async function prepareData(
  { prepare }: LocalConfig,
  config: Config,
  parts: Parts,
  subs: Map<string, string>,
  onDone: OnStarted,
): Promise<void> {
  if (!parts.dynamodb && !parts.postgres && !prepare) return;
  const startedAt = Date.now();
  await Promise.all([
    parts.dynamodb || prepare ? prepareTable(config) : undefined,
    parts.postgres || prepare ? prepareDatabase(config, subs) : undefined,
  ]);
  onDone('Demo data', startedAt);
}

async function prepareTable(config: Config): Promise<void> {
  const dynamo = createDynamoDbClient(config);
  await ensureTable(dynamo, config.messagesTable);
  await seedMessages(dynamo, config.messagesTable);
  dynamo.destroy();
}

async function prepareDatabase({ databaseUrl }: Config, subs: Map<string, string>): Promise<void> {
  await migrate(databaseUrl);
  await seedUsers(databaseUrl, allDemoUsers);
  await linkUsers(databaseUrl, subs);
}
