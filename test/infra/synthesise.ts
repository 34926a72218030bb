import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';

type Context = Record<string, unknown>;

/** What the CDK makes of the stack, in a folder of its own. */
export interface Assembly {
  template: Template;
  folder: string;
  remove(): Promise<void>;
}

const INFRA = fileURLToPath(new URL('../../infra', import.meta.url));

/** The least that the stack has to be told. */
export const REQUIRED = { certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/1' };

/** Synthesises the stack as the CDK's command does, in a process of its own; no account, no Docker, no network. */
export async function assemble(context: Context = {}): Promise<Assembly> {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-'));
  const variables = { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ ...REQUIRED, ...context }) };
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'app.ts'], {
    cwd: INFRA,
    // What npx was told to run these tests is not for the npx by which the CDK finds esbuild.
    env: { ...process.env, npm_config_package: undefined, npm_config_call: undefined, ...variables },
  });
  const text = await readFile(join(folder, 'CruddurMessages.template.json'), 'utf8');
  return {
    template: Template.fromJSON(JSON.parse(text) as Record<string, unknown>),
    folder,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The template alone, whose functions are not bundled. */
export async function synthesise(context: Context = {}): Promise<Template> {
  const assembly = await assemble({ ...context, 'aws:cdk:bundling-stacks': [] });
  await assembly.remove();
  return assembly.template;
}
