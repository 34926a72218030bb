import { writeFileSync } from 'node:fs';
import { readConfig, readLocalConfig } from '../src/config.ts';
import { ConfigError } from '../src/environment/parse.ts';
import { createDatabase } from './db/database.ts';
import { prepareCognito, prepareData } from './local/prepare.ts';

/**
 * `prepare.ts COGNITO_URL FILE`: database, table, user pool and demo data in parts that run elsewhere, as compose.yaml
 * starts them. The emulator makes the ids of the pool; they go into the file, as variables of the API's environment.
 */
async function prepare(cognitoUrl: string, file: string): Promise<void> {
  const local = readLocalConfig({ ...process.env, PREPARE: 'true' });
  const pool = await prepareCognito(cognitoUrl);
  const variables = {
    COGNITO_USER_POOL_ID: pool.userPoolId,
    COGNITO_CLIENT_ID: pool.clientId,
    COGNITO_ISSUER: `${cognitoUrl}/${pool.userPoolId}`,
  };
  const config = readConfig({ ...process.env, ...variables });
  await createDatabase(config.databaseUrl);
  await prepareData(local, config, { dynamodb: null, postgres: null, cognito: null }, pool.subs, () => undefined);
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''));
  console.log(`Everything is there. ${file} names the user pool.`);
}

const [cognitoUrl, file] = process.argv.slice(2);
try {
  if (cognitoUrl === undefined || file === undefined) throw new ConfigError(['expected: prepare.ts COGNITO_URL FILE']);
  await prepare(cognitoUrl, file);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
