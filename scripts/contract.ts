import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitOnMisuse, runProgram } from './cli/program.ts';
import { checkOperations, checkSpareFragments } from './contract/check.ts';
import { findOperations } from './contract/documents.ts';
import { manifestOf } from './contract/manifest.ts';
import { describe, reportOf, toJUnit } from './contract/report.ts';
import { findStandIns, runOperation } from './contract/run.ts';
import { readSchema } from './contract/schema.ts';

interface Options {
  operations: string[];
  url?: string;
  token?: string;
  json: boolean;
  junit?: string;
  manifest?: string;
}

const program = exitOnMisuse(new Command('contract'))
  .description(
    'Holds the operations of a frontend to the schema: valid, not deprecated, at which cost, and how they run.',
  )
  .requiredOption('--operations <globs...>', 'files with operations: .graphql, or code with gql or graphql tags')
  .option('--url <url>', 'run each operation there')
  .option('--token <token>', 'the access token to run them with; CONTRACT_TOKEN unless given')
  .option('--json', 'print the report as JSON', false)
  .option('--junit <file>', 'write the report as JUnit XML')
  .option('--manifest <file>', 'write the manifest of trusted documents, where all operations hold')
  .addHelpText('after', '\nExit codes: 0 all hold, 1 one does not, 2 the command was not understood.')
  .action(check);

await runProgram(program);

async function check({ operations: patterns, url, token, json, junit, manifest }: Options): Promise<void> {
  const schema = readSchema();
  const found = await findOperations(patterns);
  const all = checkOperations(schema, found);
  const problems = [...found.problems, ...checkSpareFragments(schema, found)];
  if (all.length === 0 && problems.length === 0) problems.push({ message: `No operation in ${patterns.join(', ')}` });
  if (url !== undefined) {
    const server = { url, token: token ?? process.env['CONTRACT_TOKEN'] };
    const standIns = await findStandIns(server);
    for (const { found: operation, given, checked } of all) {
      if (checked.problems.length > 0) continue;
      checked.run = await runOperation(schema, server, operation, given, standIns);
    }
  }
  const report = reportOf(
    all.map(({ checked }) => checked),
    problems,
  );
  console.log(json ? JSON.stringify(report, null, 2) : describe(report));
  if (junit !== undefined) writeFileSync(junit, toJUnit(report));
  if (!report.ok) {
    if (manifest !== undefined) console.error(`${manifest} was not written: not all operations hold.`);
    process.exitCode = 1;
  } else if (manifest !== undefined) {
    writeFileSync(manifest, `${JSON.stringify(manifestOf(found.operations), null, 2)}\n`);
  }
}
