import { Command } from 'commander';
import { listPoolUsers } from '../cognito/listUsers.ts';
import { announce, showRows } from './output.ts';
import { openUserPool, type TargetName } from './target.ts';

/** `cruddur cognito`: the user pool. */
export function cognitoCommand(): Command {
  const cognito = new Command('cognito').description('the user pool in Cognito');
  cognito.command('list-users').description('handle, sub and status of every user').action(listUsers);
  return cognito;
}

async function listUsers({ target, json }: { target: TargetName; json: boolean }): Promise<void> {
  const { cognito, userPoolId, description } = openUserPool(target, process.env);
  announce(description);
  const users = await listPoolUsers(cognito, userPoolId);
  showRows(
    users.map(({ handle, sub, status }) => ({ handle, sub, status })),
    json,
  );
}
