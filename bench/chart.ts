import { medianOf, type Results } from './report.ts';

const WIDTH = 760;
const LABEL_WIDTH = 190;
const BAR_HEIGHT = 16;
const GAP = 26;
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .bar { fill: #9aa7b4; }
  .ours { fill: #2f6feb; }
  @media (prefers-color-scheme: dark) { text { fill: #d0d7de; } .bar { fill: #57606a; } .ours { fill: #58a6ff; } }`;

/** The median CPU of a request as bars, a block for each workload. */
export function chartOf(results: Results): string {
  const longest = Math.max(...results.map((result) => medianOf(result, 'cpuMicroseconds')));
  const workloads = groupByWorkload(results);
  const parts: string[] = [];
  let y = 20;
  for (const [workload, own] of workloads) {
    parts.push(`<text class="title" x="0" y="${y}">${workload}, CPU µs a request</text>`);
    y += 8;
    for (const result of own) {
      const cpu = medianOf(result, 'cpuMicroseconds');
      const width = Math.round((cpu / longest) * (WIDTH - LABEL_WIDTH - 60));
      const kind = result.contender === 'ours' ? 'bar ours' : 'bar';
      parts.push(
        `<text x="${LABEL_WIDTH - 8}" y="${y + 12}" text-anchor="end">${result.contender}</text>`,
        `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT - 3}" rx="2"/>`,
        `<text x="${LABEL_WIDTH + width + 6}" y="${y + 12}">${Math.round(cpu)}</text>`,
      );
      y += BAR_HEIGHT;
    }
    y += GAP;
  }
  const size = `viewBox="0 0 ${WIDTH} ${y - GAP + 8}" width="${WIDTH}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="CPU of a request, by server">\n<style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

function groupByWorkload(results: Results): Map<string, Results> {
  const groups = new Map<string, Results>();
  for (const result of results) groups.set(result.workload, [...(groups.get(result.workload) ?? []), result]);
  return groups;
}
