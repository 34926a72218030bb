import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readDataDir } from '../src/config.ts';
import { holderOfDataDir, runsAlready } from './local/stackFile.ts';

const OWN_FILES = [
  'dynamodb.sqlite',
  'dynamodb.sqlite-shm',
  'dynamodb.sqlite-wal',
  'postgres',
  'cognito',
  'stack.json',
  'stream-checkpoint.json',
  'lock',
];

const dataDir = readDataDir(process.env);
const holder = holderOfDataDir(dataDir);
if (holder === null) {
  for (const name of OWN_FILES) rmSync(join(dataDir, name), { recursive: true, force: true });
  console.log(`${dataDir} is empty. The next npm start makes everything anew.`);
} else {
  console.error(runsAlready(dataDir, holder).message);
  process.exitCode = 1;
}
