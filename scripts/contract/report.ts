import XMLBuilder from 'fast-xml-builder';
import { paint } from '../cli/output.ts';
import type { Checked } from './check.ts';
import type { Problem } from './documents.ts';

/** What the kit found, of operations and of what is no operation. */
export interface Report {
  ok: boolean;
  operations: Checked[];
  problems: Problem[];
}

export function reportOf(operations: Checked[], problems: Problem[]): Report {
  const failed = operations.some((operation) => failuresOf(operation).length > 0);
  return { ok: !failed && problems.length === 0, operations, problems };
}

/** The report for a person: a line for each operation, and one for each thing that is wrong or will be. */
export function describe({ operations, problems }: Report): string {
  const lines = operations.flatMap((operation) => [
    describeOperation(operation),
    ...failuresOf(operation).map((failure) => paint('red', `    ${failure}`)),
    ...operation.deprecated.map((problem) => paint('yellow', `    deprecated: ${line(problem)}`)),
  ]);
  const failed = operations.filter((operation) => failuresOf(operation).length > 0).length + problems.length;
  return [
    ...lines,
    ...problems.map((problem) => paint('red', `✗ ${line(problem)}`)),
    `${operations.length} operations, ${failed === 0 ? 'all hold' : `${failed} failed`}`,
  ].join('\n');
}

/** The report as a test report that CI servers read: one case for each operation. */
export function toJUnit({ operations, problems }: Report): string {
  const cases = [
    ...operations.map((operation) => ({
      '@name': operation.name,
      '@classname': operation.place.file,
      '@time': (operation.run?.milliseconds ?? 0) / 1000,
      failure: failuresOf(operation),
    })),
    ...problems.map((problem) => ({
      '@name': problem.message,
      '@classname': problem.file ?? 'contract',
      '@time': 0,
      failure: [line(problem)],
    })),
  ];
  const failures = cases.filter(({ failure }) => failure.length > 0).length;
  const suite = { '@name': 'contract', '@tests': cases.length, '@failures': failures, testcase: cases };
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { testsuite: suite } })}`;
}

function describeOperation(operation: Checked): string {
  const { name, type, place, cost, run } = operation;
  const mark = failuresOf(operation).length === 0 ? paint('green', '✓') : paint('red', '✗');
  const price = cost ? `  ${cost.points} points, ${kilobytes(cost.bytes)} (${cost.with})` : '';
  const outcome = run ? `  ${run.outcome}${run.outcome === 'passed' ? ` in ${run.milliseconds} ms` : ''}` : '';
  return `${mark} ${type} ${name}  ${place.file}:${place.line}${price}${outcome}`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} kB`;
}

function failuresOf({ problems, run }: Checked): string[] {
  return [...problems.map(line), ...(run?.outcome === 'failed' ? run.notes : [])];
}

function line({ message, file, line: number, column }: Problem): string {
  const at = [file, number, column].filter((part) => part !== undefined).join(':');
  return at === '' ? message : `${at} ${message}`;
}
