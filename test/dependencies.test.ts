import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { z } from 'zod';

const { overrides, allowScripts, license } = z
  .object({
    overrides: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.literal(false)),
    license: z.string(),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** The table of overrides, whose rows have a name, a version, what happens without it, and until when. */
function explained(): Record<string, string> {
  const row = /^\| `([^`|]+)` +\| ([^ |]+) +\| [^|]*[^ |] +\| [^|]*[^ |] +\|$/gm;
  const rows = readFileSync('docs/dependencies.md', 'utf8').matchAll(row);
  return Object.fromEntries([...rows].map(([, name = '', version = '']) => [name, version]));
}

describe('the packages', () => {
  it('need no script when they are installed: CI runs none, and each that has one is denied it', () => {
    expect(readFileSync('.ci/run', 'utf8')).toMatch(/^npm ci --ignore-scripts /m);
    const { packages } = z
      .object({ packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().optional() })) })
      .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
    const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = withScript.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(Object.keys(allowScripts)).toEqual([...new Set(names)].sort());
  });

  it('are overridden with a reason for each, and no reason is left over', () => {
    expect(explained()).toEqual(overrides);
  });

  it('let a file be offered as a download under any name', async () => {
    const root = mkdtempSync(join(tmpdir(), 'download-'));
    writeFileSync(join(root, 'message.txt'), 'Hello!');
    const app = fastify();
    await app.register(fastifyStatic, { root, serve: false });
    app.get('/', (_request, reply) => reply.download('message.txt', 'für "Londo".txt'));
    const { statusCode, headers, body } = await app.inject('/');
    await app.close();
    rmSync(root, { recursive: true });
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: 'Hello!' });
    expect(headers['content-disposition']).toBe(
      'attachment; filename="f?r \\"Londo\\".txt"; filename*=UTF-8\'\'f%C3%BCr%20%22Londo%22.txt',
    );
  });
});

describe('the licence', () => {
  it('is the one that package.json names', () => {
    expect(readFileSync('LICENSE', 'utf8')).toMatch(new RegExp(`^${license} License\n`));
  });
});
