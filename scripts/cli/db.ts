import { Command } from 'commander';
import { listPoolUsers } from '../cognito/listUsers.ts';
import { createDatabase, dropDatabase, listSessions } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { seedUsers } from '../db/seed.ts';
import { linkUsers } from '../db/users.ts';
import { allDemoUsers } from '../local/demo.ts';
import { CommandFailure } from './failure.ts';
import { announce, confirmByName, showRows } from './output.ts';
import { databaseOf, openUserPool, type TargetName } from './target.ts';

interface Shared {
  target: TargetName;
  json: boolean;
}

const YES = ['-y, --yes', 'do not ask before a change in production'] as const;

/** `cruddur db`: Postgres. */
export function dbCommand(): Command {
  const db = new Command('db').description('the users in Postgres');
  db.command('create').description('makes the database').action(create);
  db.command('drop')
    .description('deletes the database')
    .option(...YES, false)
    .action(drop);
  db.command('migrate').description('applies the migrations that it has not seen').action(runMigrations);
  db.command('seed')
    .description('puts the demo users in')
    .option(...YES, false)
    .action(seed);
  db.command('setup')
    .description('create, migrate, seed and update-cognito-user-ids')
    .option(...YES, false)
    .action(setup);
  db.command('sessions').description('who is connected to it').action(sessions);
  db.command('update-cognito-user-ids')
    .description('links every user with the sub of the pool’s user of the same handle')
    .option(...YES, false)
    .action(updateCognitoUserIds);
  return db;
}

function open({ target }: Shared): string {
  const { databaseUrl, description } = databaseOf(target, process.env);
  announce(description);
  return databaseUrl;
}

async function create(options: Shared): Promise<void> {
  const databaseUrl = open(options);
  const outcome = await createDatabase(databaseUrl);
  console.log(`Database ${nameOf(databaseUrl)}: ${outcome}.`);
}

async function drop(options: Shared & { yes: boolean }): Promise<void> {
  const databaseUrl = open(options);
  if (nameOf(databaseUrl) === 'postgres') {
    throw new CommandFailure(
      'postgres is the server’s own database and stays. npm run reset empties the embedded one.',
    );
  }
  if (options.target === 'prod') await confirmByName(nameOf(databaseUrl), options.yes);
  console.log(`Database ${nameOf(databaseUrl)}: ${await dropDatabase(databaseUrl)}.`);
}

async function runMigrations(options: Shared): Promise<void> {
  const applied = await migrate(open(options));
  console.log(applied.length === 0 ? 'Nothing to migrate.' : `Applied ${applied.join(', ')}.`);
}

async function seed(options: Shared & { yes: boolean }): Promise<void> {
  const databaseUrl = open(options);
  if (options.target === 'prod') await confirmByName(nameOf(databaseUrl), options.yes);
  await seedUsers(databaseUrl, allDemoUsers);
  console.log(`The demo users are there: ${allDemoUsers.map(({ handle }) => handle).join(', ')}.`);
}

async function setup(options: Shared & { yes: boolean }): Promise<void> {
  await create(options);
  await runMigrations(options);
  await seed(options);
  await updateCognitoUserIds(options);
}

async function sessions(options: Shared): Promise<void> {
  const rows = await listSessions(open(options));
  showRows(
    rows.map((session) => ({ ...session })),
    options.json,
  );
}

async function updateCognitoUserIds(options: Shared & { yes: boolean }): Promise<void> {
  const databaseUrl = open(options);
  const { cognito, userPoolId, description } = openUserPool(options.target, process.env);
  announce(description);
  if (options.target === 'prod') await confirmByName(nameOf(databaseUrl), options.yes);
  const users = await listPoolUsers(cognito, userPoolId);
  const subs = new Map(users.flatMap(({ handle, sub }) => (handle === null ? [] : [[handle, sub]])));
  const { linked, onlyInPool, onlyInPostgres } = await linkUsers(databaseUrl, subs);
  showRows(
    [
      ...linked.map((handle) => ({ handle, outcome: 'linked' })),
      ...onlyInPool.map((handle) => ({ handle, outcome: 'only in the user pool' })),
      ...onlyInPostgres.map((handle) => ({ handle, outcome: 'only in Postgres' })),
      ...users
        .filter(({ handle }) => handle === null)
        .map(({ sub }) => ({ handle: sub, outcome: 'has no preferred_username' })),
    ],
    options.json,
  );
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}
