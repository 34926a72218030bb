import { createServer } from 'node:http';
import { Pool } from 'undici';
import { answerPage, readPage } from './page.ts';
import { announce, counted, given } from './serve.ts';

/** Bare node:http and one raw HTTP call: what no server over this table can go below. Names are those on the rows. */
const { dynamodbEndpoint, table } = given();
const pool = new Pool(dynamodbEndpoint);
const headers = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.Query',
  'x-amz-date': '20260101T000000Z',
  // The emulator looks at the form of a signature alone.
  authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
};

const server = createServer((request, response) => {
  void readPage(request).then(async ({ messageGroupId, first }) => {
    counted.dynamodbCalls++;
    const body = JSON.stringify({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `MSG#${messageGroupId}` } },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: first + 1,
    });
    const answer = await pool.request({ path: '/', method: 'POST', headers, body });
    const { Items: items } = (await answer.body.json()) as { Items: Record<string, { S: string }>[] };
    const rows = items
      .slice(0, first)
      .map((item) => Object.fromEntries(Object.entries(item).map(([name, { S }]) => [name, S])));
    const senders = rows.map((row) => ({ handle: row['user_handle'] ?? '' }));
    const last = rows.at(-1)?.['sk'];
    const endCursor = last === undefined ? null : Buffer.from(`v1:${last}`).toString('base64url');
    answerPage(response, rows, senders, { hasNextPage: items.length > first, endCursor });
  });
});
server.listen(0, '127.0.0.1', () => {
  announce(server);
});
