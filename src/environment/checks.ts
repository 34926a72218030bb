import type { Environment } from './parse.ts';

const POOL_ON_AWS = /^[a-z]{2}(-[a-z]+)+-\d_/;
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|on\.aws)$/i;

export function isOnAws(endpoint: string): boolean {
  return endpoint === 'aws' || (URL.canParse(endpoint) && AWS_HOST.test(new URL(endpoint).hostname));
}

export function checkEndpoint(present: Environment): string[] {
  const { DYNAMODB_ENDPOINT: endpoint, NODE_ENV: mode, AWS_REGION: region } = present;
  if (endpoint === undefined && mode !== 'production') {
    return ['DYNAMODB_ENDPOINT is missing: expected a URL, or "aws"; npm start starts an emulator where it is not set'];
  }
  const regional = endpoint === undefined || endpoint === 'aws';
  return regional && region === undefined
    ? ['AWS_REGION is missing: expected the region of the messages table, such as us-east-1']
    : [];
}

export function checkGivenEndpoint(present: Environment): string[] {
  return present['DYNAMODB_ENDPOINT'] === undefined ? [] : checkEndpoint(present);
}

export function checkIssuer(present: Environment): string[] {
  const { COGNITO_ISSUER: issuer, COGNITO_USER_POOL_ID: pool, NODE_ENV: mode } = present;
  if (issuer === undefined) {
    return pool === undefined || POOL_ON_AWS.test(pool)
      ? []
      : [
          'COGNITO_USER_POOL_ID is malformed: expected a pool id that begins with its region, such as us-east-1_AbCdEf123',
        ];
  }
  return mode === 'production' && !issuer.startsWith('https:')
    ? ['COGNITO_ISSUER is malformed: expected https in production, where the public keys of an emulator must not count']
    : [];
}

export function checkPoolIsWhole(present: Environment): string[] {
  const pool = present['COGNITO_USER_POOL_ID'];
  const client = present['COGNITO_CLIENT_ID'];
  if ((pool === undefined) === (client === undefined)) return [];
  return [
    `COGNITO_${pool === undefined ? 'USER_POOL' : 'CLIENT'}_ID is missing: set both the pool and its client, or neither`,
  ];
}

export function checkPrepare(present: Environment): string[] {
  const { PREPARE: prepare, DYNAMODB_ENDPOINT: endpoint } = present;
  return prepare === 'true' && endpoint !== undefined && isOnAws(endpoint)
    ? ['PREPARE is refused: it never touches an endpoint on AWS; unset it']
    : [];
}
