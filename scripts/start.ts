import { ConfigError, readLocalConfig } from '../src/config.ts';
import { StartError } from './local/process.ts';
import { runLocalStack } from './local/run.ts';

try {
  const local = readLocalConfig(process.env);
  if (local.production) await import('../src/main.ts');
  else await runLocalStack(local, process.env);
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof StartError;
  console.error(expected ? error.message : error);
  process.exit(1);
}
