import { mutate, type Random } from './random.ts';

const METHODS = [
  'GET',
  'POST',
  'POST',
  'POST',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
  'CONNECT',
  'PRI',
  'FOO',
  'get',
];
const PATHS = [
  ...['/graphql', '/graphql', '/graphql?query={__typename}', '/health/live', '/health/ready', '/', '/nope', '*'],
  ...['/%', '/%00', '/graphql?query=%', '//', '/../../etc/passwd', 'http://localhost/graphql', 'localhost:443', ''],
  `/${'a'.repeat(20_000)}`,
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTCPCP/1.0', ''];
const HEADERS = [
  ...['accept: text/html', 'accept: application/graphql-response+json', 'accept: */*', 'x-cost: 1', 'origin: null'],
  ...['transfer-encoding: chunked', 'transfer-encoding: gzip, chunked', 'content-encoding: gzip', 'te: trailers'],
  ...['content-length: 5', 'content-length: -1', 'content-length: 99999999999', 'content-length: 1, 2'],
  ...['expect: 100-continue', 'expect: nothing', 'connection: close', 'connection: keep-alive', 'connection: upgrade'],
  ...['x-forwarded-for: nonsense, 1.2.3.4', 'x-request-id: \u0000', 'no colon', ': no name', 'x y: z', ' folded'],
  ...['authorization: Bearer', 'authorization: Bearer x.y.z', 'access-control-request-method: POST', 'upgrade: h2c'],
  `x-large: ${'a'.repeat(20_000)}`,
];
const TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data',
  'x',
];
/** The first four are valid. */
const QUERIES = [
  ...['{ me { id } }', '{ __typename }', '{ messageGroups { nodes { id } } }', '{ user(handle: "nobody") { id } }'],
  ...[
    'mutation { markRead }',
    '{ nope }',
    '{',
    '',
    'query A { me { id } } query B { me { id } }',
    'subscription { inboxEvents { cursor } }',
    '\u0000',
  ],
  ...[
    'query ($a: Int) { messageGroups(first: $a) { nodes { id } } }',
    '{ __schema { types { name } } }',
    '{ a: me { id } ',
  ],
  `{ ${'me { id } '.repeat(500)} }`,
  `${'{ me '.repeat(300)}${'}'.repeat(300)}`,
  `# ${'x'.repeat(50_000)}\n{ me { id } }`,
];
const VARIABLES = [null, {}, [], 1, 'x', { a: 1 }, { a: -1 }, { a: { a: { a: {} } } }, { __proto__: null, a: 'x' }];

const BODIES: unknown[] = [
  [],
  [{ query: '{ me { id } }' }],
  null,
  1,
  'x',
  {},
  { query: 1 },
  { query: {} },
  { query: null },
];

/** One request. Of ten, five are as they should be, three have one fault, and two have any number. */
function requestOf(random: Random, token: string): Buffer {
  const { oneOf, chance, below } = random;
  const faults = oneOf([0, 0, 0, 0, 0, 1, 1, 1, 9, 9]);
  const fault = below(8);
  const has = (index: number) => (faults > 1 ? chance(30) : faults === 1 && fault === index);
  const json = Buffer.from(JSON.stringify(has(0) ? oneOf(BODIES) : operationOf(random)));
  const body = has(1) ? mutate(random, json) : json;
  const head = [
    `${has(2) ? oneOf(METHODS) : 'POST'} ${has(3) ? oneOf(PATHS) : '/graphql'} ${has(4) ? oneOf(VERSIONS) : 'HTTP/1.1'}`,
    'host: localhost',
    `authorization: Bearer ${chance(80) ? token : 'x'}`,
    `content-type: ${has(5) ? oneOf(TYPES) : 'application/json'}`,
    ...(has(6) ? random.some(1, () => `content-length: ${below(2000)}`) : [`content-length: ${body.length}`]),
    ...(has(7) ? [oneOf(HEADERS), ...random.some(3, () => oneOf(HEADERS))] : []),
  ];
  const lineEnd = faults > 1 && chance(20) ? '\n' : '\r\n';
  return Buffer.concat([Buffer.from(`${head.join(lineEnd)}${lineEnd}${lineEnd}`), body]);
}

/** A payload of GraphQL, over HTTP and over a socket: valid ones, and others. */
export function operationOf({ oneOf, chance }: Random): object {
  if (chance(50)) return { query: oneOf(QUERIES.slice(0, 4)) };
  return {
    query: oneOf(QUERIES),
    ...(chance(70) && { variables: oneOf<unknown>(VARIABLES) }),
    ...(chance(30) && { operationName: oneOf<unknown>(['A', 'Z', 1, null]) }),
    ...(chance(10) && { extensions: oneOf<unknown>([1, {}, []]) }),
  };
}

/** One request, or several in one piece, at times cut short or changed. */
export function requestsOf(random: Random, token: string): Buffer[] {
  const count = random.chance(60) ? 1 : 1 + random.below(60);
  const requests = Array.from({ length: count }, () => requestOf(random, token));
  return random.chance(30)
    ? requests.map((request) => (random.chance(30) ? mutate(random, request) : request))
    : requests;
}
