import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { chartOf } from './chart.ts';
import { compare } from './compare.ts';
import { lineOf } from './figures/figure.ts';
import { measureFigures } from './figures/figures.ts';
import { exceeded, tableOf } from './report.ts';

interface CompareOptions {
  quick: boolean;
  check: boolean;
  json?: string;
  svg?: string;
}

interface FigureOptions {
  messages: number;
  groups: number;
  check: boolean;
}

const program = new Command('bench').description('Measures this server.');

program
  .command('compare', { isDefault: true })
  .description('beside others, on the same data, in one run')
  .option('--quick', 'few and short rounds: done within a minute', false)
  .option('--check', 'exit with 1 where a bound is exceeded', false)
  .option('--json <file>', 'write every figure')
  .option('--svg <file>', 'draw the CPU of a request')
  .action(async ({ quick, check, json, svg }: CompareOptions) => {
    const results = await compare(quick, console.error);
    const problems = exceeded(results);
    console.log([tableOf(results), ...problems].join('\n'));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
    if (svg !== undefined) writeFileSync(svg, chartOf(results));
    if (check && problems.length > 0) process.exitCode = 1;
  });

program
  .command('figures')
  .description(
    'long conversations and inboxes, the projector, subscriptions, overload, start-up, sizes, the limits of partitions',
  )
  .option('--messages <count>', 'messages of the long conversation', parseCount, 1_000_000)
  .option('--groups <count>', 'groups of the long inbox', parseCount, 50_000)
  .option('--check', 'exit with 1 where a bound is exceeded', false)
  .action(async ({ messages, groups, check }: FigureOptions) => {
    for await (const figures of measureFigures({ messages, groups }, console.error)) {
      for (const figure of figures) {
        console.log(lineOf(figure));
        if (check && figure.value > (figure.atMost ?? Infinity)) process.exitCode = 1;
      }
    }
  });

await program.parseAsync();

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1000) throw new InvalidArgumentError('expected a number from 1000 on');
  return count;
}
