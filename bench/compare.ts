import { buildContenders } from './build.ts';
import { BARE_CONTENDERS, type Contender, GRAPHQL_CONTENDERS, startContender } from './contender.ts';
import { startParts } from './parts.ts';
import type { Results } from './report.ts';
import { type Workload, workloadsOn } from './workloads.ts';

interface Pair {
  workload: Workload;
  contender: Contender;
}

const REQUESTS_A_SECOND = 200;
const QUICK = { rounds: 1, seconds: 0.4, warmUpSeconds: 0.4 };
const FULL = { rounds: 5, seconds: 2, warmUpSeconds: 3 };

/** Runs every contender under every workload, in turns: first as fast as it can, which warms it up, then in rounds. */
export async function compare(quick: boolean, log: (line: string) => void): Promise<Results> {
  const [parts] = await Promise.all([startParts(log), buildContenders()]);
  const starting = [...BARE_CONTENDERS, ...GRAPHQL_CONTENDERS].map((name) => startContender(name, parts));
  const started = await Promise.allSettled(starting);
  const contenders = started.flatMap((contender) => (contender.status === 'fulfilled' ? [contender.value] : []));
  try {
    await Promise.all(starting);
    return await measureAll(contenders, workloadsOn(parts), quick ? QUICK : FULL, log);
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
    await parts.stop();
  }
}

async function measureAll(
  contenders: Contender[],
  workloads: Workload[],
  { rounds, seconds, warmUpSeconds }: typeof FULL,
  log: (line: string) => void,
): Promise<Results> {
  const pairs = workloads.flatMap((workload) =>
    contenders.filter((contender) => takesPart(contender, workload)).map((contender) => ({ workload, contender })),
  );
  for (const workload of workloads) await checkAnswers(workload, pairs);
  const results: Results = [];
  for (const { workload, contender } of pairs) {
    log(`warming up: ${workload.name}, ${contender.name}`);
    const throughput = await contender.saturate(workload, warmUpSeconds);
    results.push({ workload: workload.name, contender: contender.name, throughput, rounds: [] });
  }
  for (let round = 1; round <= rounds; round++) {
    log(`round ${round} of ${rounds}`);
    for (const [index, { workload, contender }] of pairs.entries()) {
      results[index]?.rounds.push(await contender.measure(workload, { requestsPerSecond: REQUESTS_A_SECOND, seconds }));
    }
  }
  return results;
}

function takesPart({ name }: Contender, { bare }: Workload): boolean {
  return bare || GRAPHQL_CONTENDERS.some((graphql) => graphql === name);
}

/** Nobody is timed who answers otherwise than the rest. */
async function checkAnswers(workload: Workload, pairs: Pair[]): Promise<void> {
  const taking = pairs.filter((pair) => pair.workload === workload).map(({ contender }) => contender);
  const answers = await Promise.all(
    taking.map(async (contender) => ({ contender, text: await contender.ask(workload) })),
  );
  const ours = answers.find(({ contender }) => contender.name === 'ours')?.text ?? '';
  for (const { contender, text } of answers) {
    const answer = JSON.parse(text) as { data?: { sendMessage?: { userErrors: unknown[] } } | null; errors?: unknown };
    const same = workload.reads
      ? JSON.stringify(answer) === JSON.stringify(JSON.parse(ours))
      : answer.errors === undefined && (answer.data?.sendMessage?.userErrors.length ?? 0) === 0;
    if (!same) {
      const given = text.slice(0, 500);
      throw new Error(`${contender.name} answers otherwise to ${workload.name}: ${given}, not ${ours.slice(0, 500)}`);
    }
  }
}
