import {
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateListTables,
} from '@aws-sdk/client-dynamodb';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { Command, InvalidArgumentError } from 'commander';
import { createDocumentClient } from '../../src/clients.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { findUsers } from '../db/users.ts';
import { adoptTable } from '../ddb/adopt.ts';
import { isZone, readNaiveTime } from '../ddb/naiveTime.ts';
import { findGroupPage, findMessagePage } from '../ddb/patterns.ts';
import { compareTable, fixTable } from '../ddb/schema.ts';
import { seedBetween } from '../ddb/seed.ts';
import { createThrottle } from '../ddb/throttle.ts';
import { verifyTable } from '../ddb/verify.ts';
import { CommandFailure } from './failure.ts';
import { announce, confirmByName, paint, type Row, showRows, writeLine } from './output.ts';
import { createProgress } from './progress.ts';
import { databaseOf, openTable, type TableTarget, type TargetName } from './target.ts';

interface Shared {
  target: TargetName;
  json: boolean;
}

/** `cruddur ddb`: the messages table. */
export function ddbCommand(): Command {
  const ddb = new Command('ddb').description('the messages table in DynamoDB');

  ddb
    .command('schema-load')
    .description('makes the table with its index, stream and TTL; says field by field how one that is there differs')
    .option('--fix', 'change what DynamoDB can change', false)
    .option('-y, --yes', 'do not ask before a change in production', false)
    .action(schemaLoad);

  ddb.command('list-tables').description('the tables of the account and region').action(listTables);

  ddb
    .command('drop')
    .description('deletes the table with everything in it')
    .option('-y, --yes', 'do not ask before it is deleted in production', false)
    .action(drop);

  ddb
    .command('scan')
    .description('every row, page by page')
    .option('--prefix <text>', 'only rows whose partition key begins with this, for example GRP#')
    .option('--limit <number>', 'at most so many rows', count)
    .action(scan);

  ddb
    .command('seed')
    .description('the demo messages between two users')
    .argument('<handle>')
    .argument('<other-handle>')
    .option('-y, --yes', 'do not ask before a change in production', false)
    .action(seed);

  ddb
    .command('adopt')
    .description(
      'makes a table of the earlier backend hold every invariant; may be stopped, repeated, and run while the API serves',
    )
    .option('--dry-run', 'print what it would do', false)
    .option(
      '--naive-timezone <zone>',
      'the zone of sort keys without an offset, for example America/New_York',
      zone,
      'UTC',
    )
    .option('--merge-duplicates', 'make two groups of the same two people one', false)
    .option('--max-wcu <number>', 'at most so many write units a second', count)
    .option('-y, --yes', 'do not ask before a change in production', false)
    .action(adopt);

  ddb
    .command('verify')
    .description('reads the whole table and prints every broken invariant with its keys')
    .option('--repair', 'mend what follows from the messages', false)
    .option('-y, --yes', 'do not ask before a change in production', false)
    .action(verify);

  const patterns = ddb
    .command('patterns')
    .description('the access patterns, straight on the table, with what they consume');
  patterns
    .command('get-conversation')
    .description('pattern A: the newest messages of a group')
    .argument('<group>', 'the id of the message group')
    .option('--limit <number>', 'how many', count, 20)
    .action(getConversation);
  patterns
    .command('list-conversations')
    .description('pattern B: the groups of a user, the newest message first')
    .argument('<handle>')
    .option('--limit <number>', 'how many', count, 20)
    .action(listConversations);
  return ddb;
}

async function open({ target }: Shared): Promise<TableTarget> {
  const opened = await openTable(target, process.env);
  announce(opened.description);
  return opened;
}

async function schemaLoad(options: Shared & { fix: boolean; yes: boolean }): Promise<void> {
  const { target, dynamo, table } = await open(options);
  const differences = await compareTable(dynamo, table);
  if (differences === null) {
    await ensureTable(dynamo, table);
    console.log(`Table ${table} was made.`);
    return;
  }
  if (differences.length === 0) {
    console.log(`Table ${table} is as it has to be.`);
    return;
  }
  showRows(
    differences.map(({ field, expected, found, fix }) => ({ field, expected, found, fix: fix ? '--fix' : 'by hand' })),
    options.json,
  );
  if (!options.fix) throw new CommandFailure(`Table ${table} differs. --fix changes what DynamoDB can change.`);
  if (target === 'prod') await confirmByName(table, options.yes);
  const left = await fixTable(dynamo, table, differences);
  console.log(`${differences.length - left.length} of ${differences.length} differences are mended.`);
  if (left.length > 0) throw new CommandFailure(`DynamoDB cannot change ${left.map(({ field }) => field).join(', ')}.`);
}

async function listTables(options: Shared): Promise<void> {
  const { dynamo } = await open(options);
  const rows: { table: string }[] = [];
  for await (const { TableNames: names = [] } of paginateListTables({ client: dynamo }, {})) {
    rows.push(...names.map((table) => ({ table })));
  }
  showRows(rows, options.json);
}

async function drop(options: Shared & { yes: boolean }): Promise<void> {
  const { target, dynamo, table } = await open(options);
  if (target === 'prod') await confirmByName(table, options.yes);
  if ((await compareTable(dynamo, table)) === null) throw new CommandFailure(`There is no table ${table}.`);
  await dynamo.send(new DeleteTableCommand({ TableName: table }));
  console.log(`Table ${table} was deleted.`);
}

async function scan(options: Shared & { prefix?: string; limit?: number }): Promise<void> {
  const { dynamo, table } = await open(options);
  const filter = options.prefix !== undefined && {
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': options.prefix },
  };
  let left = options.limit ?? Infinity;
  for await (const { Items: rows = [] } of paginateScan(
    { client: createDocumentClient(dynamo) },
    { TableName: table, ...filter },
  )) {
    for (const { pk, sk, ...attributes } of rows.slice(0, left)) {
      const row = JSON.stringify(options.json ? { pk: pk as unknown, sk: sk as unknown, ...attributes } : attributes);
      await writeLine(options.json ? row : `${String(pk).padEnd(40)}  ${String(sk).padEnd(27)}  ${row}`);
    }
    left -= rows.length;
    if (left <= 0) return;
  }
}

async function seed(handle: string, otherHandle: string, options: Shared & { yes: boolean }): Promise<void> {
  const { target, dynamo, table } = await open(options);
  const { databaseUrl, description } = databaseOf(target, process.env);
  announce(description);
  const [one, other] = await findUsers(databaseUrl, [handle, otherHandle]);
  if (!one || !other) throw new CommandFailure(`Postgres knows no user ${one ? otherHandle : handle}.`);
  if (one.id === other.id) throw new CommandFailure('Name two different users.');
  if (target === 'prod') await confirmByName(table, options.yes);
  const outcome = await seedBetween(dynamo, table, one, other);
  console.log(
    outcome === 'seeded'
      ? 'The demo messages are there.'
      : 'The two share a message group already: nothing was changed.',
  );
}

async function getConversation(group: string, options: Shared & { limit: number }): Promise<void> {
  const { dynamo, table } = await open(options);
  const { rows, units } = await findMessagePage(createDocumentClient(dynamo), table, group, options.limit);
  showRows(rows, options.json);
  console.error(paint('dim', `consumed ${units} read units`));
}

async function listConversations(handle: string, options: Shared & { limit: number }): Promise<void> {
  const { target, dynamo, table } = await open(options);
  const [user] = await findUsers(databaseOf(target, process.env).databaseUrl, [handle]);
  if (!user) throw new CommandFailure(`Postgres knows no user ${handle}.`);
  const { rows, units } = await findGroupPage(createDocumentClient(dynamo), table, user.id, options.limit);
  showRows(rows, options.json);
  console.error(paint('dim', `consumed ${units} read units`));
}

interface AdoptFlags extends Shared {
  dryRun: boolean;
  naiveTimezone: string;
  mergeDuplicates: boolean;
  maxWcu?: number;
  yes: boolean;
}

async function adopt(options: AdoptFlags): Promise<void> {
  const { target, dynamo, table } = await open(options);
  if (target === 'prod' && !options.dryRun) await confirmByName(table, options.yes);
  const progress = createProgress(2 * (await countRows(dynamo, table)));
  const report = await adoptTable(
    { dynamo: createDocumentClient(dynamo), table },
    {
      dryRun: options.dryRun,
      mergeDuplicates: options.mergeDuplicates,
      readNaive: (sortKey) => readNaiveTime(sortKey, options.naiveTimezone),
      throttle: createThrottle(options.maxWcu ?? Infinity),
      onChange: (line) => {
        console.log(options.json ? JSON.stringify({ change: line }) : line);
      },
      onLeft: (line) => {
        console.log(options.json ? JSON.stringify({ left: line }) : `left: ${line}`);
      },
      onRows: progress.add,
    },
  );
  progress.end();
  showRows([{ ...report, ...whatItTook() }], options.json);
}

async function verify(options: Shared & { repair: boolean; yes: boolean }): Promise<void> {
  const { target, dynamo, table } = await open(options);
  if (target === 'prod' && options.repair) await confirmByName(table, options.yes);
  const progress = createProgress(await countRows(dynamo, table));
  const report = await verifyTable(
    { dynamo: createDocumentClient(dynamo), table },
    {
      repair: options.repair,
      onProblem: (line) => {
        console.log(options.json ? JSON.stringify({ problem: line }) : line);
      },
      onRows: progress.add,
    },
  );
  progress.end();
  showRows([{ ...report, ...whatItTook() }], options.json);
  const left = report.broken - report.repaired;
  if (left > 0) throw new CommandFailure(`${left} broken invariants are left: see docs/operating.md.`);
}

function whatItTook(): Row {
  return {
    seconds: Math.round(process.uptime()),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** About how many rows a table has: DynamoDB counts them every few hours. */
async function countRows(dynamo: DynamoDBClient, table: string): Promise<number> {
  const { Table: description } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
  return description?.ItemCount ?? 0;
}

function zone(text: string): string {
  if (!isZone(text)) throw new InvalidArgumentError('Expected a time zone such as America/New_York, or UTC-5.');
  return text;
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Expected a number from 1.');
  return number;
}
