import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The URL of the target, by way of the proxy. */
  url: string;
  /** From now on nothing answers: open connections break, new ones are refused. */
  cut: () => void;
  stop(): Promise<void>;
}

/**
 * Stands between a client and a server that is named by a URL. `loses` is asked for each connection that the server
 * answers on: true cuts it, after the server did its work and before the client hears of it.
 */
export async function startTcpProxy(target: string, loses: () => boolean = () => false): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
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
    client.pipe(upstream);
    upstream.once('data', (first) => {
      if (loses()) client.destroy();
      else if (client.write(first)) upstream.pipe(client);
      else client.once('drain', () => upstream.pipe(client));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    stop: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => {
          resolve();
        });
      }),
  };
}
