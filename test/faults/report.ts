import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { format } from 'prettier';

const DOCUMENT = new URL('../../docs/reliability.md', import.meta.url);

/** A row of a table; figures are measured anew each time, and only the rest is held to the document. */
export type Row = Record<string, string | { figure: string }>;

/**
 * Puts a table into docs/reliability.md where RELIABILITY=write says so; else the document has to say what was seen,
 * its figures aside.
 */
export async function report(section: string, rows: Row[]): Promise<void> {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [start, end] = [`<!-- ${section} -->\n`, `\n<!-- /${section} -->`];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end);
  if (to < from) throw new Error(`docs/reliability.md has no section ${section}`);
  if (process.env['RELIABILITY'] === 'write') {
    const written = `${text.slice(0, from)}\n${tableOf(rows)}\n${text.slice(to)}`;
    writeFileSync(DOCUMENT, await format(written, { parser: 'markdown', printWidth: 120 }));
    return;
  }
  const names = Object.keys(rows[0] ?? {});
  const [header, , ...known] = text
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const withoutFigures = (cells: (string | undefined)[]) =>
    cells.map((cell, index) => (isFigure(rows, names[index] ?? '') ? '' : cell)).join(' | ');
  const seen = rows.map((row) => withoutFigures(names.map((name) => textOf(row[name]))));
  // Where a part cannot be had here, as Redis, its rows are not seen; they stay in the document.
  expect(header).toEqual(names);
  expect(known.map(withoutFigures)).toEqual(expect.arrayContaining(seen));
}

function isFigure(rows: Row[], name: string): boolean {
  return typeof rows[0]?.[name] === 'object';
}

function tableOf(rows: Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => names.map((name) => textOf(row[name])));
  return [names, names.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function textOf(cell: Row[string] | undefined): string {
  return typeof cell === 'object' ? cell.figure : (cell ?? '');
}

export function seconds(milliseconds: number): { figure: string } {
  return { figure: `${(milliseconds / 1000).toFixed(1)} s` };
}
