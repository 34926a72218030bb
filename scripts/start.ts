import { isProduction, readLocalConfig } from '../src/config.ts';
import { ConfigError } from '../src/environment/parse.ts';
import { StartError } from './local/process.ts';
import { runLocalStack } from './local/run.ts';

try {
  if (isProduction(process.env)) await import('../src/main.ts');
  else await runLocalStack(readLocalConfig(process.env), process.env);
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof StartError;
  console.error(expected ? error.message : error);
  process.exit(1);
}
