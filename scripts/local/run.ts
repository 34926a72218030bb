import { type LocalConfig, readConfig } from '../../src/config.ts';
import { allDemoUsers, DEMO_PASSWORD } from './demo.ts';
import { StartError } from './process.ts';
import { type Parts, startParts, stopParts, untilPartEnds } from './stack.ts';
import { lockDataDir, type StackFile, writeStackFile } from './stackFile.ts';
import { buildWeb } from './web.ts';

type Environment = Record<string, string | undefined>;
type Stop = () => Promise<void> | void;

/**
 * Runs the emulators that are not given, the API and the stream worker until Ctrl-C, SIGTERM, or until a part ends by
 * itself. Everything that was started is stopped at the end, in the opposite order; then the process exits.
 *
 * @throws where the start fails, or what nothing else caught; nothing is left running then.
 */
export async function runLocalStack(local: LocalConfig, env: Environment): Promise<void> {
  const stops: Stop[] = [];
  const stopAll = async () => {
    while (stops.length > 0) await stops.pop()?.();
  };
  const signal = firstSignal();
  const failure = new Promise<never>((_resolve, reject) => process.once('uncaughtException', reject));
  try {
    const parts = await start(local, env, stops);
    const reason = await Promise.race([signal, untilPartEnds(parts), failure]);
    console.log(`\nStopping (${reason}).`);
  } finally {
    await stopAll();
  }
  process.exit(0);
}

async function start(local: LocalConfig, env: Environment, stops: Stop[]): Promise<Parts> {
  const unlock = lockDataDir(local.dataDir);
  stops.push(unlock);
  // The parts start while this process reads the rest of its own code.
  const starting = startParts(local, showStep);
  const building = buildWeb(showStep);
  const [
    parts,
    { prepareCognito, prepareData },
    { createSandboxHeaders },
    { startService },
    { startWorker },
    { createLogger, prettyOutput },
    { createFeed },
  ] = await Promise.all([
    starting,
    import('./prepare.ts'),
    import('./sandbox.ts'),
    import('../../src/service.ts'),
    import('../../src/stream/service.ts'),
    import('../../src/telemetry/logger.ts'),
    import('../../src/live/createFeed.ts'),
  ]);
  stops.push(() => stopParts(parts));

  const endpoint = parts.cognito?.url;
  const pool = endpoint === undefined ? null : await prepareCognito(endpoint);
  const config = readConfig({
    ...env,
    ...(parts.dynamodb && { DYNAMODB_ENDPOINT: parts.dynamodb.url, AWS_REGION: undefined }),
    ...(parts.postgres && { DATABASE_URL: parts.postgres.url }),
    ...(pool && {
      COGNITO_USER_POOL_ID: pool.userPoolId,
      COGNITO_CLIENT_ID: pool.clientId,
      COGNITO_ISSUER: `${String(endpoint)}/${pool.userPoolId}`,
    }),
  });
  await prepareData(local, config, parts, pool?.subs ?? new Map<string, string>(), showStep);

  const startedAt = Date.now();
  const sandboxHeaders = endpoint !== undefined && pool ? createSandboxHeaders(endpoint, pool) : undefined;
  const feed = createFeed(config.redisUrl, createLogger(config.logLevel, prettyOutput()));
  stops.push(() => feed.close());
  const worker = startWorker({ ...config, dataDir: local.dataDir }, { feed, logOutput: prettyOutput() });
  stops.push(() => worker.stop());
  const root = await building;
  const demoUsers = pool
    ? allDemoUsers.map(({ handle, displayName, email }) => ({ handle, displayName, email, password: DEMO_PASSWORD }))
    : [];
  const options = { feed, web: { root, demoUsers }, ...(sandboxHeaders && { sandboxHeaders }) };
  const service = await startService(config, options).catch((error: unknown) => {
    throw explainPort(error, config.port);
  });
  stops.push(() => service.stop());
  showStep('API and stream worker', startedAt);

  const file: StackFile = {
    pid: process.pid,
    graphqlUrl: service.url,
    dynamodbEndpoint: parts.dynamodb?.url ?? null,
    databaseUrl: parts.postgres?.url ?? null,
    cognitoEndpoint: endpoint ?? null,
    userPoolId: pool?.userPoolId ?? null,
    clientId: pool?.clientId ?? null,
  };
  writeStackFile(local.dataDir, file);
  stops.push(() => {
    writeStackFile(local.dataDir, { ...file, pid: null });
  });
  showWhatToDo(file);
  return parts;
}

function showStep(name: string, startedAt: number): void {
  console.log(`  ✓ ${name.padEnd(24)}${String(Date.now() - startedAt).padStart(6)} ms`);
}

function showWhatToDo(stack: StackFile): void {
  const lines = [
    '',
    `  Messages   ${String(stack.graphqlUrl).replace('graphql', '')} in a browser`,
    `  GraphQL    ${String(stack.graphqlUrl)}`,
    `  Sandbox    ${String(stack.graphqlUrl)} in a browser`,
    ...(stack.cognitoEndpoint === null
      ? []
      : [
          `  Users      ${allDemoUsers.map(({ handle }) => handle).join(', ')} (password ${DEMO_PASSWORD})`,
          '  Token      npm run --silent token -- andrewbrown',
        ]),
    ...(stack.dynamodbEndpoint === null ? [] : [`  DynamoDB   ${stack.dynamodbEndpoint}`]),
    ...(stack.databaseUrl === null ? [] : [`  Postgres   ${stack.databaseUrl}`]),
    '',
    '  Ctrl-C stops it; the data stays (npm run reset empties it).',
    '',
  ];
  console.log(lines.join('\n'));
}

/** Resolves at the first signal; a second one ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(signal);
        for (const again of ['SIGINT', 'SIGTERM'] as const) process.once(again, () => process.exit(1));
      });
    }
  });
}

function explainPort(error: unknown, port: number): unknown {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return isTaken
    ? new StartError(`Port ${port} is in use. Stop what listens there, or set PORT to another one.`)
    : error;
}
