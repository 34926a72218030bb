// The process of the Cognito emulator, which keeps its data under the current directory. It ends when its parent goes.
import fs, { renameSync, writeFileSync } from 'node:fs';

process.on('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);

// cognito-local writes its files in place. One that ends meanwhile would leave half a file, and never start again.
fs.writeFileSync = (path, data) => {
  writeFileSync(`${path}.new`, data);
  renameSync(`${path}.new`, path);
};
fs.writeFile = (path, data, done) => {
  fs.writeFileSync(path, data);
  setImmediate(done, null);
};

await import('cognito-local/lib/bin/start.js');
