import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Figure } from './figure.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ASSETS = join(ROOT, 'dist/web/assets');
const MOST_KILOBYTES = 180;

/** What a browser loads of scripts for the first page, gzipped. */
export async function measureWeb(): Promise<Figure[]> {
  await promisify(execFile)(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'web'], { cwd: ROOT });
  const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(ASSETS, name))).length, 0);
  return [{ name: 'JavaScript of the web client, gzipped', value: bytes / 1000, unit: 'kB', atMost: MOST_KILOBYTES }];
}
