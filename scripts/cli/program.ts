import type { Command } from 'commander';
import { explain } from './failure.ts';

const USAGE_ERROR = 2;

/** Makes a command that is not understood say how it is used, and exit with 2. */
export function exitOnMisuse(command: Command): Command {
  return command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR)).showHelpAfterError();
}

/** Runs what was typed. On a failure it says what went wrong, and the exit code is 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    console.error(explain(error) ?? error);
    process.exitCode = 1;
  }
}
