import { once } from 'node:events';
import { createServer } from 'node:net';
import getPort from 'get-port';
import { StartError } from './process.ts';

const HOST = '127.0.0.1';

/**
 * The port that a part is to listen on: `port`, or any free one for 0. A part counts as up when its port answers, so
 * a port that somebody else answers on must be found out before.
 *
 * @throws {StartError} where the port is taken.
 */
export async function freePort(name: string, port: number, variable: string): Promise<number> {
  if (port === 0) return getPort({ host: HOST });
  const probe = createServer().listen(port, HOST);
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw new StartError(
      `${name} cannot listen on port ${port} (${codeOf(error)}). Choose another one with ${variable}.`,
    );
  }
  probe.close();
  await once(probe, 'close');
  return port;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
