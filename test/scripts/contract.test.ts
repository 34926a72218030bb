import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { checkOperations, type Checked } from '../../scripts/contract/check.ts';
import { nonconformities } from '../../scripts/contract/conformance.ts';
import { findOperations } from '../../scripts/contract/documents.ts';
import type { Report } from '../../scripts/contract/report.ts';
import { readSchema } from '../../scripts/contract/schema.ts';
import { MOST_POINTS } from '../../src/graphql/cost.ts';
import { type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';

/** A frontend's folder with these files. */
function frontend(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'frontend-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function contract(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', 'scripts/contract.ts', ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command)) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

async function reportOn(files: Record<string, string>, ...args: string[]): Promise<Report> {
  const { stdout } = await contract('--operations', join(frontend(files), '**/*.{graphql,ts,tsx}'), '--json', ...args);
  return JSON.parse(stdout) as Report;
}

const checked = ({ operations }: Report, name: string) =>
  operations.find((operation) => operation.name === name) as Checked;

const NAME = 'fragment Name on User { handle }';

describe('operations', () => {
  it('are found in .graphql files and in gql and graphql tags, with fragments of other files', async () => {
    const report = await reportOn({
      'Inbox.graphql': 'query Inbox { messageGroups { nodes { otherUser { ...Name } } } }',
      'deep/Name.tsx': `import { gql } from '@apollo/client';\nexport const NAME = gql\`${NAME}\`;\nexport const x = <b>hi</b>;`,
      'Me.ts': "import { graphql } from './gql';\nconst query = graphql(`query Me { me { ...Name } }`);",
    });
    expect(report).toMatchObject({ ok: true, problems: [] });
    expect(report.operations.map(({ name }) => name).sort()).toEqual(['Inbox', 'Me']);
    expect(checked(report, 'Inbox').cost).toMatchObject({ points: 5, dynamodbCalls: 1, sqlStatements: 2, items: 20 });
  });

  it('that are not valid are named with file and line, in code and after interpolations of many lines', async () => {
    const report = await reportOn({
      'Bad.ts': 'const q = gql`\n  ${a\n  .b}\n  query Bad {\n    me { nickname }\n  }\n`;\n',
      'Parse.graphql': 'query Broken {\n  me {\n',
    });
    expect(report.ok).toBe(false);
    expect(checked(report, 'Bad').problems).toEqual([
      { message: expect.stringContaining('nickname'), file: expect.stringMatching(/Bad\.ts$/), line: 5, column: 10 },
    ]);
    expect(report.problems).toEqual([
      {
        message: expect.stringContaining('Syntax Error'),
        file: expect.stringMatching(/Parse\.graphql$/),
        line: 3,
        column: 1,
      },
    ]);
  });

  it('need a name of their own', async () => {
    const report = await reportOn({
      'a.graphql': '{ me { id } }',
      'b.graphql': `query A { me { id } } query A { me { handle } }`,
    });
    expect(report.operations[0]?.problems[0]?.message).toContain('needs a name');
    expect(report.problems[0]?.message).toContain('"A" is taken by');
  });

  it('that cost too much with the largest pages that their variables allow are refused', async () => {
    const files = {
      'Deep.graphql':
        'query Deep($n: Int) { messageGroups(first: $n) { nodes { messages(first: $n) { nodes { id } } } } }',
    };
    expect(checked(await reportOn(files), 'Deep').problems[0]?.message).toContain('costs 1123 points');
    const small = { ...files, 'Deep.variables.json': '{ "n": 5 }' };
    expect(checked(await reportOn(small), 'Deep')).toMatchObject({ problems: [], cost: { with: 'given variables' } });
  });

  it('with variables that do not fit are refused', async () => {
    const report = await reportOn({
      'One.graphql': 'query One($id: ID!) { messageGroup(id: $id) { id } }',
      'One.variables.json': '{ "One": { "id": { "no": "id" } } }',
    });
    expect(checked(report, 'One').problems[0]?.message).toContain('"$id"');
  });

  it('are told which deprecated fields they use', async () => {
    const schema = readFileSync('schema.graphql', 'utf8').replace(
      '  displayName: String!',
      '  displayName: String! @deprecated(reason: "Say name.")',
    );
    const folder = frontend({ 'Me.graphql': 'query Me { me { displayName } }' });
    const [me] = checkOperations(buildSchema(schema), await findOperations([join(folder, '*.graphql')]));
    expect(me?.checked).toMatchObject({
      problems: [],
      deprecated: [{ message: expect.stringContaining('Say name.'), line: 1, column: 17 }],
    });
  });
});

describe('the web client', () => {
  it('holds to the contract with every operation', async () => {
    const checked = checkOperations(readSchema(), await findOperations(['web/src/api/*.ts']));
    expect(checked.length).toBeGreaterThan(10);
    expect(checked.flatMap(({ checked: { problems, deprecated } }) => [...problems, ...deprecated])).toEqual([]);
  });

  it('costs less than half of what an operation may cost', async () => {
    const checked = checkOperations(readSchema(), await findOperations(['web/src/api/*.ts']));
    expect(checked.filter(({ checked: { cost } }) => !cost || cost.points > MOST_POINTS / 2)).toEqual([]);
  });
});

describe('the examples of the documentation', () => {
  const blocksOf = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^```graphql\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

  it('hold to the contract', async () => {
    const blocks = [...blocksOf('README.md'), ...blocksOf('docs/for-frontends.md')];
    expect(blocks.length).toBeGreaterThan(5);
    const named = blocks.map((block) => block.replace(/^mutation \{/, 'mutation First {'));
    const report = await reportOn(Object.fromEntries(named.map((block, index) => [`${index}.graphql`, block])));
    expect(report).toMatchObject({ ok: true });
    expect(report.operations.filter(({ cost }) => !cost || cost.points > MOST_POINTS / 2)).toEqual([]);
  });
});

describe('with a server', () => {
  let api: TestApi;
  let ann: Person;
  beforeAll(async () => {
    api = await startTestApi();
    ann = await api.person('ann');
    const ben = await api.person('ben');
    await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
  });
  afterAll(() => api.stop());

  const files = {
    'One.graphql': 'query One($id: ID!) { messages(messageGroupId: $id) { nodes { body } } }',
    'Find.graphql': 'query Find($handle: String!) { user(handle: $handle) { handle } }',
    'Send.graphql': `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`,
  };

  it('each is run, with the viewer’s own values or with nobody’s, and nothing is written', async () => {
    const before = await api.table.rows();
    const report = await reportOn(files, '--url', api.url, '--token', ann.token);
    expect(report.ok).toBe(true);
    expect(report.operations.map(({ run }) => run?.outcome)).toEqual(['passed', 'passed', 'passed']);
    expect(checked(report, 'One').run?.spent).toMatchObject({ dynamodbCalls: 1 });
    expect(await api.table.rows()).toEqual(before);
  });

  it('fails where an answer has errors', async () => {
    const given = { ...files, 'One.variables.json': '{ "id": "no UUID" }' };
    const report = await reportOn(given, '--url', api.url, '--token', ann.token);
    expect(checked(report, 'One').run).toMatchObject({
      outcome: 'failed',
      notes: [expect.stringContaining('BAD_USER_INPUT')],
    });
    expect(report.ok).toBe(false);
    const noToken = await reportOn(files, '--url', api.url);
    expect(checked(noToken, 'Find').run?.notes).toEqual([expect.stringContaining('UNAUTHENTICATED')]);
  });

  it('says that a server cannot be reached', async () => {
    const folder = frontend(files);
    const { code, stderr } = await contract('--operations', join(folder, '*.graphql'), '--url', 'http://127.0.0.1:9/');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('http://127.0.0.1:9/ cannot be reached'),
    });
  });

  it('writes a manifest that a server then keeps to', async () => {
    const folder = frontend(files);
    const manifest = join(folder, 'manifest.json');
    expect(await contract('--operations', join(folder, '*.graphql'), '--manifest', manifest)).toMatchObject({
      code: 0,
    });
    const { operations } = JSON.parse(readFileSync(manifest, 'utf8')) as { operations: { id: string; name: string }[] };
    expect(operations.map(({ name }) => name)).toEqual(['Find', 'One', 'Send']);
    const strict = await startTestApi({ env: { TRUSTED_DOCUMENTS: manifest } });
    try {
      const ben = await strict.person('ben');
      const headers = { authorization: `Bearer ${ben.token}` };
      const found = await post(
        strict.url,
        { documentId: operations[0]?.id, variables: { handle: ben.handle } },
        headers,
      );
      expect(found.data).toMatchObject({ user: { handle: ben.handle } });
      expect(await post(strict.url, { query: '{ me { id } }' }, headers)).toMatchObject({ status: 400 });
    } finally {
      await strict.stop();
    }
  });
});

describe('the command', () => {
  it('exits with 1 where an operation fails, and writes it as JUnit, but no manifest', async () => {
    const folder = frontend({ 'Bad.graphql': 'query Bad { nothing }', 'Good.graphql': 'query Good { me { id } }' });
    const [junit, manifest] = [join(folder, 'junit.xml'), join(folder, 'manifest.json')];
    const { code, stdout } = await contract(
      '--operations',
      join(folder, '*.graphql'),
      '--junit',
      junit,
      '--manifest',
      manifest,
    );
    expect(code).toBe(1);
    expect(stdout).toContain('2 operations, 1 failed');
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toMatch(/name="Bad"[^>]*>\s*<failure>.*Cannot query field &quot;nothing&quot;/);
    expect(() => readFileSync(manifest)).toThrow('ENOENT');
  });

  it('exits with 1 where there is nothing to check, and with 2 where it is not understood', async () => {
    expect(await contract('--operations', join(frontend({}), '*.graphql'))).toMatchObject({ code: 1 });
    expect(await contract('--nothing')).toMatchObject({ code: 2 });
  });
});

describe('an answer', () => {
  const schema = readSchema();
  const document = parse('{ me { handle } messageGroups { nodes { lastMessageAt lastMessage { id } } } }');
  const data = (change: object) => ({
    me: { handle: 'ann' },
    messageGroups: { nodes: [{ lastMessageAt: '2026-11-20T20:26:11.927123Z', lastMessage: null, ...change }] },
  });
  const problems = (answer: unknown) => nonconformities(schema, { document, variables: {}, data: answer });

  it('that has every field in its type conforms', async () => {
    expect(await problems(data({}))).toEqual([]);
  });

  it('that lacks a field, has another type in it or one too many does not', async () => {
    expect(await problems({ ...data({}), me: {} })).toEqual([expect.stringContaining('me.handle')]);
    expect(await problems(data({ lastMessageAt: 'yesterday' }))).toEqual([expect.stringContaining('lastMessageAt')]);
    expect(await problems(data({ lastMessage: undefined }))).toHaveLength(1);
    expect(await problems(data({ more: 1 }))).toHaveLength(1);
  });
});
