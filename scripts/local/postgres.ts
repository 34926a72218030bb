import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from './freePort.ts';
import { type LocalPart, partOf } from './process.ts';

export interface PostgresOptions {
  /** 0: any free port. */
  port: number;
  /** Where the data is kept; in memory where there is none. */
  dataDir?: string;
}

/** Starts Postgres: PGlite behind its socket server, in a process of its own. It answers on return. */
export async function startPostgres({ port, dataDir }: PostgresOptions): Promise<LocalPart> {
  const listenOn = await freePort('PGlite', port, 'LOCAL_POSTGRES_PORT');
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const program = fileURLToPath(new URL('./postgres-server.js', import.meta.url));
  const child = fork(program, [String(listenOn), dataDir ?? 'memory://'], {
    // Ctrl-C must not reach it before the API has finished its requests.
    detached: true,
    execArgv: [],
    silent: true,
  });
  const url = `postgres://postgres:postgres@127.0.0.1:${listenOn}/postgres`;
  return partOf(
    {
      name: 'PGlite',
      child,
      end: () => {
        child.disconnect();
      },
    },
    url,
    () => accepts(listenOn),
  );
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
