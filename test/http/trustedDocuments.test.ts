import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { canonical, type Manifest, readTrustedDocuments } from '../../src/graphql/trustedDocuments.ts';
import { createSchema } from '../../src/schema.ts';
import { type Person, post, startTestApi, type TestApi } from '../support/api.ts';

const GROUPS = `query Groups($first: Int) { messageGroups(first: $first) { nodes { id otherUser { ...Name } } } }
  fragment Name on User { handle }`;
const body = canonical(parse(GROUPS));
const id = createHash('sha256').update(body).digest('hex');

function writeManifest(operations: Manifest['operations'] | string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'manifest-')), 'manifest.json');
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  writeFileSync(path, typeof operations === 'string' ? operations : JSON.stringify(manifest));
  return path;
}

describe('a server of trusted documents', () => {
  let api: TestApi;
  let ann: Person;
  beforeAll(async () => {
    const path = writeManifest([{ id, name: 'Groups', type: 'query', body }]);
    api = await startTestApi({ env: { TRUSTED_DOCUMENTS: path } });
    ann = await api.person('ann');
  });
  afterAll(() => api.stop());

  const send = (request: object) => post(api.url, request, { authorization: `Bearer ${ann.token}` });
  const refused = { status: 400, errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] };
  const empty = { status: 200, data: { messageGroups: { nodes: [] } } };

  it.each([
    ['documentId', { documentId: id }],
    ['documentId with its algorithm', { documentId: `sha256:${id}` }],
    ['the extension of Apollo Client', { extensions: { persistedQuery: { version: 1, sha256Hash: id } } }],
    ['its id beside its text', { documentId: id, query: body }],
    ['its text', { query: body }],
    ['its text without __typename and in another layout', { query: GROUPS.replaceAll(' ', '  ') }],
  ])('runs one by %s', async (_name, request) => {
    expect(await send({ ...request, variables: { first: 1 }, operationName: 'Groups' })).toMatchObject(empty);
  });

  it('runs one by its id with GET', async () => {
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id } });
    const search = new URLSearchParams({ extensions, variables: '{"first":1}' });
    const response = await fetch(`${api.url}?${search.toString()}`, {
      headers: { authorization: `Bearer ${ann.token}`, 'apollo-require-preflight': '1' },
    });
    expect(await response.json()).toMatchObject({ data: { messageGroups: { nodes: [] } } });
  });

  it.each([
    ['another id', { documentId: 'f'.repeat(64) }],
    ['another text', { query: '{ me { id } }' }],
    ['a trusted text with one more field', { query: body.replace('handle', 'handle displayName') }],
    ['a trusted id beside another text', { documentId: id, query: '{ me { id } }' }],
    ['an id that is no text', { documentId: 5, query: '{ me { id } }' }],
    ['a hash that is no text', { extensions: { persistedQuery: { sha256Hash: 5 } }, query: '{ me { id } }' }],
    ['what is no GraphQL', { query: '{' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
  ])('refuses %s', async (_name, request) => {
    expect(await send(request)).toMatchObject(refused);
  });

  it('refuses in the media type that is asked for', async () => {
    const accept = 'application/graphql-response+json, application/json;q=0.9';
    const { headers, ...answer } = await post(api.url, { query: '{ me { id } }' }, { accept });
    expect(answer).toMatchObject(refused);
    expect(headers.get('content-type')).toContain('application/graphql-response+json');
  });

  it('refuses another text with GET, also where it is given twice', async () => {
    for (const search of ['query={me{id}}', `documentId=${id}&query={me{id}}`, 'query={me{id}}&query={me{handle}}']) {
      const headers = { authorization: `Bearer ${ann.token}`, 'apollo-require-preflight': '1' };
      const response = await fetch(`${api.url}?${search}`, { headers });
      expect({ search, status: response.status }).toEqual({ search, status: 400 });
      expect(await response.json()).toMatchObject({ errors: refused.errors });
    }
  });

  it('says what a request without any document lacks', async () => {
    expect(await send({ variables: {} })).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('query') }],
    });
  });
});

describe('a manifest', () => {
  it.each([
    ['that is not there', '/nowhere.json', 'ENOENT'],
    ['that is no JSON', writeManifest('nothing'), 'JSON'],
    ['of another format', writeManifest('{"operations":[]}'), 'format'],
    [
      'with a document that is not valid by the schema',
      writeManifest([{ id, name: 'Old', type: 'query', body: '{ me { nickname } }' }]),
      'Old in .*: Cannot query field "nickname"',
    ],
  ])('%s ends the start with its name', (_name, path, problem) => {
    const read = () => readTrustedDocuments(path, createSchema());
    expect(read).toThrow(new RegExp(`TRUSTED_DOCUMENTS.*${problem}`, 's'));
  });
});
