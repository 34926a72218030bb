import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a connection can misbehave: broken, half open (it stands, and nothing passes), late, or slow to read. */
export type Fault = 'cut' | 'frozen' | { delayMs: number } | { bytesPerSecond: number };

export interface TcpProxy {
  /** The URL of the target, by way of the proxy. */
  url: string;
  /** From now on, open connections and new ones misbehave like this. */
  misbehave: (fault: Fault) => void;
  /** Everything passes again, also what was held back; connections that were cut stay cut. */
  heal: () => void;
  stop(): Promise<void>;
}

/**
 * Stands between a client and a server that is named by a URL. `loses` is asked for each connection that the server
 * answers on: true cuts it, after the server did its work and before the client hears of it.
 */
export async function startTcpProxy(target: string, loses: () => boolean = () => false): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let fault: Fault | null = null;
  const faults = new EventEmitter().setMaxListeners(0);

  function setFault(next: Fault | null): void {
    fault = next;
    if (next === 'cut') for (const socket of sockets) socket.destroy();
    faults.emit('change');
  }

  async function passed(bytes: number): Promise<void> {
    while (fault === 'frozen') await once(faults, 'change');
    if (typeof fault !== 'object' || fault === null) return;
    await sleep('delayMs' in fault ? fault.delayMs : (bytes / fault.bytesPerSecond) * 1000);
  }

  async function pump(from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from) {
      await passed((chunk as Buffer).length);
      if (to.destroyed) return;
      if (!to.write(chunk as Buffer)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  }

  const server = createServer((client) => {
    if (fault === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.once('data', () => {
      if (loses()) client.destroy();
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      pump(from, to).catch(() => from.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    misbehave: setFault,
    heal: () => {
      setFault(null);
    },
    stop: () =>
      new Promise((resolve) => {
        setFault('cut');
        server.close(() => {
          resolve();
        });
      }),
  };
}
