import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { BARE_CONTENDERS, type Contender, GRAPHQL_CONTENDERS, startContender } from './contender.ts';
import { startParts } from './parts.ts';
import { exceeded, type Results, tableOf } from './report.ts';
import { type Workload, workloadsOn } from './workloads.ts';

interface Options {
  quick: boolean;
  check: boolean;
  json?: string;
}

await new Command('bench')
  .description('Measures this server beside others, on the same data, in one run.')
  .option('--quick', 'few and short rounds: done within a minute', false)
  .option('--check', 'exit with 1 where a bound is exceeded', false)
  .option('--json <file>', 'write every figure')
  .action(bench)
  .parseAsync();

async function bench({ quick, check, json }: Options): Promise<void> {
  const parts = await startParts(console.error);
  const contenders: Contender[] = [];
  try {
    for (const name of [...BARE_CONTENDERS, ...GRAPHQL_CONTENDERS]) contenders.push(await startContender(name, parts));
    const results = await measureAll(contenders, workloadsOn(parts.groupId), quick);
    const problems = exceeded(results);
    console.log([tableOf(results), ...problems].join('\n'));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
    process.exitCode = check && problems.length > 0 ? 1 : 0;
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
    await parts.stop();
  }
}

async function measureAll(contenders: Contender[], workloads: Workload[], quick: boolean): Promise<Results> {
  const load = { requestsPerSecond: 200, seconds: quick ? 1 : 5 };
  const rounds = quick ? 1 : 5;
  const pairs = workloads.flatMap((workload) =>
    contenders.filter((contender) => takesPart(contender, workload)).map((contender) => ({ workload, contender })),
  );
  for (const workload of workloads) await checkAnswers(workload, pairs);
  const results: Results = pairs.map(({ workload, contender }) => ({
    workload: workload.name,
    contender: contender.name,
    rounds: [],
  }));
  // The first round warms every process up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    console.error(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const [index, { workload, contender }] of pairs.entries()) {
      const measured = await contender.measure(workload, load);
      if (round > 0) results[index]?.rounds.push(measured);
    }
  }
  return results;
}

function takesPart({ name }: Contender, { bare }: Workload): boolean {
  return bare || GRAPHQL_CONTENDERS.some((graphql) => graphql === name);
}

/** Nobody is timed who answers otherwise than the rest. */
async function checkAnswers(workload: Workload, pairs: { workload: Workload; contender: Contender }[]): Promise<void> {
  const taking = pairs.filter((pair) => pair.workload === workload).map(({ contender }) => contender);
  const answers = await Promise.all(
    taking.map(async (contender) => ({ contender, text: await contender.ask(workload) })),
  );
  const ours = answers.find(({ contender }) => contender.name === 'ours')?.text ?? '';
  for (const { contender, text } of answers) {
    const answer = JSON.parse(text) as { data?: unknown; errors?: unknown };
    const same = workload.reads
      ? JSON.stringify(answer) === JSON.stringify(JSON.parse(ours))
      : answer.errors === undefined;
    if (!same)
      throw new Error(
        `${contender.name} answers otherwise to ${workload.name}: ${text.slice(0, 500)}, not ${ours.slice(0, 500)}`,
      );
  }
}
