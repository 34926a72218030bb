import { readDataDir } from '../src/config.ts';
import { ConfigError } from '../src/environment/parse.ts';
import { createEmulatorClient, signIn } from './cognito/userPool.ts';
import { allDemoUsers, DEMO_PASSWORD } from './local/demo.ts';
import { findRunningStack } from './local/stackFile.ts';

/** What is wrong with the call, for the one who made it. */
class UsageError extends Error {}

try {
  console.log(await printableToken(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof UsageError || error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}

/** An access token from the user pool of the stack that runs on `DATA_DIR`. */
async function printableToken(words: string[]): Promise<string> {
  const handles = allDemoUsers.map(({ handle }) => handle).join(', ');
  const [handle] = words;
  if (words.length !== 1 || handle === undefined) {
    throw new UsageError(`Usage: npm run --silent token -- HANDLE, with one of ${handles}`);
  }
  const user = allDemoUsers.find((known) => known.handle === handle.replace(/^@/, '').toLowerCase());
  if (!user) throw new UsageError(`There is no user ${handle}. The handles are ${handles}.`);
  const dataDir = readDataDir(process.env);
  const stack = findRunningStack(dataDir);
  if (!stack) throw new UsageError(`No stack runs on ${dataDir}. Start it with: npm start`);
  if (stack.cognitoEndpoint === null || stack.clientId === null) {
    throw new UsageError('The stack that runs uses a user pool of your own: sign in there.');
  }
  const cognito = createEmulatorClient(stack.cognitoEndpoint);
  return signIn(cognito, stack.clientId, user.email, DEMO_PASSWORD);
}
