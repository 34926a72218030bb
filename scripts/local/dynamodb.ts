import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from './freePort.ts';
import { type LocalPart, partOf, StartError } from './process.ts';

export interface DynamoDbOptions {
  /** 0: any free port. */
  port: number;
  /** The SQLite file; in memory where there is none. */
  dbPath?: string;
}

/**
 * Runs `"$0" "$@"` until its standard input closes, which the system does also for a parent that was killed: no
 * emulator outlives who started it.
 */
const GUARDIAN = `
exec 3<&0
"$0" "$@" </dev/null &
child=$!
{ cat <&3 >/dev/null; kill -TERM $child 2>/dev/null; } &
wait $child`;

/**
 * Starts DynamoDB: dynoxide, from its npm package or the PATH. It answers on return.
 *
 * @throws where there is no dynoxide for this machine, with the ways out.
 */
export async function startDynamoDb({ port, dbPath }: DynamoDbOptions): Promise<LocalPart> {
  const listenOn = await freePort('dynoxide', port, 'LOCAL_DYNAMODB_PORT');
  const url = `http://127.0.0.1:${listenOn}`;
  if (dbPath !== undefined) mkdirSync(dirname(dbPath), { recursive: true });
  const file = dbPath === undefined ? [] : ['--db-path', dbPath];
  const child = spawn('sh', ['-c', GUARDIAN, findDynoxide(), '--port', String(listenOn), ...file], {
    // A session of its own: Ctrl-C must not end it before the API has finished its requests.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return partOf(
    {
      name: 'dynoxide',
      child,
      end: () => child.stdin.end(),
      kill: () => {
        killGroup(child.pid);
      },
    },
    url,
    async () => {
      const answer = await fetch(url);
      return answer.status > 0;
    },
  );
}

/** The guardian and dynoxide: a signal to the guardian alone would leave dynoxide behind. */
function killGroup(leader: number | undefined): void {
  if (leader !== undefined) process.kill(-leader, 'SIGKILL');
}

/** The emulator that there is for this machine. @throws {StartError} with the ways out where there is none. */
export function findDynoxide(): string {
  const places = [
    packaged(),
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'dynoxide')),
  ];
  const found = places.find((place) => place !== null && isExecutable(place));
  if (typeof found === 'string') return found;
  throw new StartError(
    [
      `There is no dynoxide, the embedded DynamoDB, for this machine (${process.platform} ${process.arch}). Either`,
      '  - on linux x64: npm install, without --omit=optional,',
      '  - put a dynoxide binary on the PATH (github.com/nubo-db/dynoxide), or',
      '  - run another DynamoDB and name it: docker run -p 8000:8000 amazon/dynamodb-local,',
      '    then DYNAMODB_ENDPOINT=http://127.0.0.1:8000 PREPARE=true npm start',
    ].join('\n'),
  );
}

function packaged(): string | null {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
