import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFileSync(path, 'utf8');
const dockerfile = read('Dockerfile');
const workflows = readdirSync('.github/workflows').map((name) => read(`.github/workflows/${name}`));

/** What the expression captures, everywhere in the text. */
function all(text: string, expression: RegExp): string[] {
  return [...text.matchAll(expression)].map(([, captured = '']) => captured);
}

const stages = all(dockerfile, /^FROM \S+ AS (\S+)$/gm);
const images = [
  ...all(dockerfile, /^FROM (\S+)/gm).filter((image) => !stages.includes(image)),
  ...[read('compose.yaml'), ...workflows].flatMap((text) => all(text, /^ *image: (\S+)$/gm)),
].filter((image) => !/^cruddur-messages(-tools)?$/.test(image));

describe('what is fetched to build and to run', () => {
  it.each(images)('pins the image %s by digest, with a tag that says its version', (image) => {
    expect(image).toMatch(/^[\w./-]+:(?!latest@)[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it.each(workflows.flatMap((text) => all(text, /uses: (.+)$/gm)))('pins the action %s by commit', (action) => {
    expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has images and actions to look at', () => {
    expect(images).toHaveLength(6);
    expect(workflows.join('').match(/uses:/g)).toHaveLength(2);
  });

  it('runs no script of a package in the image', () => {
    const commands = dockerfile.match(/npm (ci|install|prune)\b[^&\n]*/g) ?? [];
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toContain('--ignore-scripts');
  });
});
