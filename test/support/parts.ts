import { migrate } from '../../scripts/db/migrate.ts';
import { startDynamoDb } from '../../scripts/local/dynamodb.ts';
import { startPostgres } from '../../scripts/local/postgres.ts';
import { createScratchDatabase } from './scratchDatabase.ts';

/** What was started, to be stopped in the opposite order. */
const started: (() => Promise<void>)[] = [];

/** Starts what the tests share, on free ports and in memory: DynamoDB, and Postgres unless a real server is named. */
export async function startParts(): Promise<void> {
  const [dynamodb, databaseUrl] = await Promise.all([startDynamoDb({ port: 0 }), startTestDatabase()]);
  stopAfterTests(() => dynamodb.stop());
  await migrate(databaseUrl);
  process.env['TEST_DYNAMODB_ENDPOINT'] = dynamodb.url;
  process.env['TEST_DATABASE'] = databaseUrl;
}

export async function stopParts(): Promise<void> {
  for (const stop of started.toReversed()) await stop();
}

function stopAfterTests(stop: () => Promise<void>): void {
  started.push(stop);
}

async function startTestDatabase(): Promise<string> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server) {
    console.log('Postgres: a scratch database on the server of TEST_DATABASE_URL');
    const database = await createScratchDatabase(server);
    stopAfterTests(() => database.drop());
    return database.url;
  }
  console.log('Postgres: embedded (TEST_DATABASE_URL names a real server)');
  const postgres = await startPostgres({ port: 0 });
  stopAfterTests(() => postgres.stop());
  return postgres.url;
}
