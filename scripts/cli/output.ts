import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { CommandFailure } from './failure.ts';

export type Row = Record<string, string | number | boolean | null>;

/** Says what a command will touch, on standard error, so that standard output stays the command's result. */
export function announce(description: string): void {
  console.error(paint('dim', description));
}

/** Shows rows: one line of JSON each, or a table for a person. */
export function showRows(rows: Row[], json: boolean): void {
  if (json) {
    for (const row of rows) console.log(JSON.stringify(row));
    return;
  }
  const columns = Object.keys(rows[0] ?? {});
  const table = new Table({ head: columns, style: { head: process.stdout.isTTY ? ['cyan'] : [], border: [] } });
  table.push(...rows.map((row) => columns.map((column) => String(row[column] ?? ''))));
  console.log(rows.length === 0 ? 'none' : table.toString());
}

/** Writes a line to standard output, no faster than it is read. */
export async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/**
 * Asks for a name to be typed before something is deleted or rewritten in production.
 *
 * @throws {CommandFailure} where another name is typed, or where nobody can type.
 */
export async function confirmByName(name: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new CommandFailure(`This changes ${name} in production: confirm it with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question(`This changes ${name} in production. Type its name to go on: `);
  terminal.close();
  if (typed.trim() !== name) throw new CommandFailure('That is not its name. Nothing was changed.');
}

export function paint(style: 'dim' | 'green' | 'red' | 'yellow', text: string): string {
  return process.stderr.isTTY ? styleText(style, text) : text;
}
