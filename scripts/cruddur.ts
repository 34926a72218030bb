import { Command, Option } from 'commander';
import { cognitoCommand } from './cli/cognito.ts';
import { dbCommand } from './cli/db.ts';
import { ddbCommand } from './cli/ddb.ts';
import { exitOnMisuse, runProgram } from './cli/program.ts';

const program = new Command('cruddur')
  .description('Runs the system day to day: the messages table, Postgres and the user pool.')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed or something is wrong, 2 the command was not understood.')
  .addCommand(ddbCommand())
  .addCommand(dbCommand())
  .addCommand(cognitoCommand());
everyCommand(program);

await runProgram(program);

/** Gives every command at every level the options and the exit code that they share. */
function everyCommand(command: Command): void {
  exitOnMisuse(command);
  if (command.commands.length === 0) {
    command
      .addOption(new Option('--target <name>', 'what to work on').choices(['local', 'prod']).default('local'))
      .option('--json', 'print JSON, one line for each row', false);
  }
  command.commands.forEach(everyCommand);
}
