// The process of the embedded Postgres: `node postgres-server.js PORT DATA_DIR`. Plain JavaScript, since a start of
// the TypeScript loader costs more than all that is in here. It ends, with its data on disk, when its parent goes.

// Before anything is loaded or opened, which takes seconds: a parent that goes meanwhile would never be noticed.
const parentGone = new Promise((resolve) => {
  process.once('disconnect', resolve);
});
if (!process.connected) process.exit(0);

const { PGlite } = await import('@electric-sql/pglite');
const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket');

const [port, dataDir] = process.argv.slice(2);
const db = await PGlite.create(dataDir);
const server = new PGLiteSocketServer({ db, port: Number(port), host: '127.0.0.1', maxConnections: 100 });
await server.start();

await parentGone;
await server.stop();
await db.close();
process.exit(0);
