import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, readStreamConfig } from '../src/config.ts';

const service = z.object({
  image: z.string(),
  build: z.union([z.string(), z.object({ context: z.string(), target: z.string() })]).optional(),
  user: z.string().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.object({ default: z.object({ aliases: z.array(z.string()) }) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.tuple([z.literal('CMD')]).rest(z.string()) }).optional(),
});
type Service = z.infer<typeof service>;

const compose: unknown = parse(readFileSync('compose.yaml', 'utf8'), { merge: true });
const { services } = z.object({ services: z.record(z.string(), service) }).parse(compose);
const stages = readStages(readFileSync('Dockerfile', 'utf8'));

/** The instructions of each stage, by its name; the last one, which is the API's image, has none. */
function readStages(dockerfile: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let instructions: string[] = [];
  for (const line of dockerfile.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
    const from = /^FROM (\S+)(?: AS (\S+))?$/.exec(line);
    if (from) {
      instructions = [];
      found.set(from[2] ?? 'api', instructions);
    }
    instructions.push(line);
  }
  return found;
}

function stage(name: string): string[] {
  const instructions = stages.get(name);
  if (!instructions) throw new Error(`The Dockerfile has no stage ${name}`);
  return instructions;
}

/** What a stage takes from the repository: every word of a COPY but the last. */
function copied(name: string): string[] {
  return stage(name)
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
}

/** The path on the left is what the path on the right was compiled from. */
function sourceOf(program: string): string {
  return program.replace(/^dist\/(.*)\.js$/, 'src/$1.ts').replace(/^\/app\//, '');
}

function named(name: string): Service {
  const found = services[name];
  if (!found) throw new Error(`compose.yaml has no service ${name}`);
  return found;
}

/** Everything that has to be up before a service starts. */
function awaitedBy(name: string): Set<string> {
  const direct = Object.keys(named(name).depends_on);
  return new Set([...direct, ...direct.flatMap((other) => [...awaitedBy(other)])]);
}

/** The names under which the other containers reach a service. */
function namesOf([name, { networks }]: [string, Service]): string[] {
  return [name, ...(networks?.default.aliases ?? [])];
}

function serviceAt(host: string): string | undefined {
  return Object.entries(services).find((entry) => namesOf(entry).includes(host))?.[0];
}

const onApiImage = Object.entries(services).filter(([, { image }]) => image === 'cruddur-messages');
const apiNodes = onApiImage.filter(([name]) => name.startsWith('api-'));
const ids = { COGNITO_USER_POOL_ID: 'local_AbCdEf12', COGNITO_CLIENT_ID: 'client' };

describe('the Dockerfile', () => {
  it('copies what is there, and .dockerignore lets in just that', () => {
    const taken = new Set([...stages.keys()].flatMap(copied));
    expect([...taken].filter((path) => !existsSync(path))).toEqual([]);
    const [everything, ...rules] = readFileSync('.dockerignore', 'utf8').trim().split('\n');
    expect(everything).toBe('**');
    const letIn = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(letIn.sort()).toEqual([...taken].sort());
    expect(rules.at(-1)).toBe('**/.env*');
  });

  it('copies between stages what an earlier stage has', () => {
    const names = [...stages.keys()];
    for (const [index, name] of names.entries()) {
      const sources = stage(name).flatMap((line) => /--from=(\S+)/.exec(line)?.[1] ?? []);
      expect(names.slice(0, index)).toEqual(expect.arrayContaining(sources));
    }
  });

  it('makes images that do not run as root', () => {
    expect(stage('tools').filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(stage('api')[0]).toMatch(/^FROM gcr\.io\/distroless\/.*:nonroot@/);
    expect(stage('api').filter((line) => line.startsWith('USER '))).toEqual([]);
  });

  it('makes the image of the API by default, without development dependencies', () => {
    expect([...stages.keys()].at(-1)).toBe('api');
    expect(stage('build').at(-1)).toMatch(/npm prune --omit=dev --omit=optional/);
  });

  it('starts programs that are there', () => {
    const command = stage('api').find((line) => line.startsWith('CMD '));
    const entrypoint = stage('tools').find((line) => line.startsWith('ENTRYPOINT '));
    const programs = [command, entrypoint].flatMap((line) => /"([^"]+\.[jt]s)"\]$/.exec(line ?? '')?.[1] ?? []);
    expect(programs).toHaveLength(2);
    expect(programs.map(sourceOf).filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  it('runs two API nodes and a worker on the image of the API', () => {
    expect(onApiImage.map(([name]) => name).sort()).toEqual(['api-1', 'api-2', 'worker']);
  });

  it.each(apiNodes)('gives %s an environment that the API takes', (_name, { environment, command }) => {
    const issuer = `${String(named('prepare').command[0])}/${ids.COGNITO_USER_POOL_ID}`;
    const config = readConfig({ ...environment, ...ids, COGNITO_ISSUER: issuer });
    expect(config).toMatchObject({ production: false, redisUrl: environment['REDIS_URL'] });
    expect(command.at(-1)).toBe('dist/main.js');
  });

  it('gives the worker an environment that it takes, and metrics that its health is read from', () => {
    const { environment, command, volumes, healthcheck } = named('worker');
    const { metrics, redisUrl } = readStreamConfig(environment);
    expect(redisUrl).toBe(readStreamConfig(named('api-1').environment).redisUrl);
    expect(healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${String(metrics?.port)}/metrics`);
    expect(command).toEqual(['dist/stream/main.js']);
    expect(stage('api').join('\n')).toMatch(/DATA_DIR=\/data\b/);
    expect(volumes).toEqual(['worker:/data']);
  });

  it.each([...onApiImage, ['prepare', named('prepare')] as const])(
    'gives %s no variable that nothing reads',
    (_name, { environment }) => {
      const known = readFileSync('src/environment/variables.ts', 'utf8');
      expect(Object.keys(environment).filter((name) => !known.includes(`  ${name}:`))).toEqual([]);
    },
  );

  it('starts programs that are there', () => {
    const programs = Object.values(services)
      .filter(({ build }) => build !== undefined)
      .flatMap(({ entrypoint, command }) => [...entrypoint, ...command].filter((word) => /\.[jt]s$/.test(word)));
    expect(programs.map(sourceOf).filter((path) => !existsSync(path))).toEqual([]);
    expect(programs).toHaveLength(5);
  });

  it.each(Object.entries(services))('lets %s wait for every service that it is told of', (name, told) => {
    const urls = [...Object.values(told.environment), ...told.command].filter((text) => URL.canParse(text));
    const others = urls.map((url) => serviceAt(new URL(url).hostname)).filter((other) => other !== name);
    expect([...awaitedBy(name)]).toEqual(expect.arrayContaining(others));
    expect(others).not.toContain(undefined);
  });

  it.each(Object.entries(services))('lets %s wait for what says that it is ready', (_name, { depends_on: others }) => {
    for (const [other, { condition }] of Object.entries(others)) {
      expect(condition).toBe(named(other).healthcheck ? 'service_healthy' : 'service_completed_successfully');
    }
  });

  it('gives the pool to the nodes where it was written for them', () => {
    const { volumes, command } = named('prepare');
    const [volume, folder] = String(volumes[0]).split(':');
    expect(command[1]).toMatch(new RegExp(`^${String(folder)}/`));
    const file = String(command[1]).slice(String(folder).length);
    for (const [, node] of apiNodes) {
      const [from, to, mode] = String(node.volumes[0]).split(':');
      expect([from, mode, node.command[0]]).toEqual([volume, 'ro', `--env-file=${String(to)}${file}`]);
    }
  });

  it('has one issuer, here and on the host', () => {
    const issuer = new URL(String(named('prepare').command[0]));
    const { environment, ports } = named('cognito');
    expect(serviceAt(issuer.hostname)).toBe('cognito');
    expect(issuer.hostname).toMatch(/\.localhost$/);
    expect(environment).toMatchObject({ HOST: issuer.hostname, PORT: issuer.port });
    expect(ports).toEqual([`127.0.0.1:${issuer.port}:${issuer.port}`]);
  });

  it('publishes to this machine alone, every port once, and the port that the API listens on', () => {
    const published = Object.values(services).flatMap(({ ports }) => ports);
    expect(published.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    expect(new Set(published.map((port) => port.split(':')[1])).size).toBe(published.length);
    const [, exposed] = /^EXPOSE (\d+)$/m.exec(stage('api').join('\n')) ?? [];
    expect(stage('api').join('\n')).toContain(`PORT=${String(exposed)}`);
    for (const [, { ports }] of apiNodes) expect(ports.map((port) => port.split(':')[2])).toEqual([exposed]);
  });

  it('builds images from stages that there are', () => {
    const targets = Object.values(services).flatMap(({ build }) => (typeof build === 'object' ? build.target : []));
    expect([...stages.keys()]).toEqual(expect.arrayContaining(targets));
  });
});
