import { describe, expect, it } from '@jest/globals';
import { readConfig, readLocalConfig, readTableConfig } from '../src/config.ts';
import { ConfigError } from '../src/environment/parse.ts';

const given = {
  DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
  DATABASE_URL: 'postgres://127.0.0.1/cruddur',
  COGNITO_USER_POOL_ID: 'us-east-1_AbCdEf123',
  COGNITO_CLIENT_ID: 'client',
};
const production = { ...given, NODE_ENV: 'production' };

function problemsOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the environment of the API', () => {
  it('is complete with the four parts', () => {
    expect(readConfig(given)).toMatchObject({
      host: 'localhost',
      port: 4000,
      messagesTable: 'cruddur-messages',
      introspection: true,
      corsOrigins: ['https://studio.apollographql.com'],
      cognito: {
        issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123',
        jwksUri: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123/.well-known/jwks.json',
      },
    });
  });

  it('is refused with a line for every variable at fault', () => {
    const problems = problemsOf(() =>
      readConfig({
        PORT: '70000',
        DATABASE_URL: 'mysql://x',
        LOG_LEVEL: 'loud',
        CORS_ORIGINS: 'cruddur.com',
        HOST: '',
      }),
    );
    expect(
      problems
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(' ').slice(0, 3).join(' '))
        .sort(),
    ).toEqual([
      'COGNITO_CLIENT_ID is missing:',
      'COGNITO_USER_POOL_ID is missing:',
      'CORS_ORIGINS is malformed:',
      'DATABASE_URL is malformed:',
      'DYNAMODB_ENDPOINT is missing:',
      'LOG_LEVEL is malformed:',
      'PORT is malformed:',
    ]);
  });

  it('takes a password of Postgres by itself, whatever it is made of', () => {
    const { databaseUrl } = readConfig({ ...given, DATABASE_PASSWORD: 'p@ss/w%rd' });
    expect(decodeURIComponent(new URL(databaseUrl).password)).toBe('p@ss/w%rd');
  });

  it('names the ceilings of sockets and subscriptions, which are never 0', () => {
    expect(readConfig(given)).toMatchObject({ maxSockets: 10_000, maxSocketsPerUser: 50 });
    expect(readConfig(given)).toMatchObject({ maxSubscriptions: 15_000, maxSubscriptionsPerUser: 300 });
    expect(problemsOf(() => readConfig({ ...given, MAX_SOCKETS_PER_USER: '0' }))).toContain(
      'MAX_SOCKETS_PER_USER is malformed',
    );
  });

  it('takes an empty variable for a missing one', () => {
    expect(problemsOf(() => readConfig({ ...given, DATABASE_URL: '' }))).toContain('DATABASE_URL is missing');
  });
});

describe('DynamoDB', () => {
  it('of development is never AWS because of what happens to be in the shell', () => {
    const shell = {
      AWS_REGION: 'eu-west-1',
      AWS_PROFILE: 'prod',
      AWS_ENDPOINT_URL: 'https://dynamodb.eu-west-1.amazonaws.com',
    };
    expect(problemsOf(() => readTableConfig(shell))).toContain('DYNAMODB_ENDPOINT is missing');
    expect(readLocalConfig(shell).given.dynamodb).toBe(false);
  });

  it('at a URL gets credentials that mean nothing, unless the shell has some', () => {
    expect(readTableConfig(given).credentials).toEqual({ accessKeyId: 'local', secretAccessKey: 'local' });
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    expect(readTableConfig({ ...given, ...keys }).credentials).toEqual({ accessKeyId: 'a', secretAccessKey: 'b' });
  });

  it('is AWS where that is said, with its region', () => {
    expect(problemsOf(() => readTableConfig({ DYNAMODB_ENDPOINT: 'aws' }))).toContain('AWS_REGION is missing');
    expect(readTableConfig({ DYNAMODB_ENDPOINT: 'aws', AWS_REGION: 'eu-west-1' })).toMatchObject({
      dynamodbEndpoint: undefined,
      awsRegion: 'eu-west-1',
      credentials: undefined,
    });
  });

  it('of production is AWS unless an endpoint is given', () => {
    const onAws = { ...production, DYNAMODB_ENDPOINT: undefined };
    expect(problemsOf(() => readConfig(onAws))).toContain('AWS_REGION is missing');
    expect(readConfig({ ...onAws, AWS_REGION: 'us-east-1' })).toMatchObject({ dynamodbEndpoint: undefined });
    expect(readConfig(production)).toMatchObject({ dynamodbEndpoint: 'http://127.0.0.1:8000' });
  });
});

describe('production', () => {
  it('has no introspection and no other pages, unless they are named', () => {
    expect(readConfig(production)).toMatchObject({ production: true, introspection: false, corsOrigins: [] });
    expect(
      readConfig({ ...production, INTROSPECTION: 'true', CORS_ORIGINS: 'https://a.example, https://b.example' }),
    ).toMatchObject({
      introspection: true,
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it('refuses an issuer that is not https, and a pool that has none', () => {
    const emulator = { ...production, COGNITO_ISSUER: 'http://127.0.0.1:9229/local_pool' };
    expect(problemsOf(() => readConfig(emulator))).toContain('COGNITO_ISSUER is malformed: expected https');
    expect(problemsOf(() => readConfig({ ...production, COGNITO_USER_POOL_ID: 'local_pool' }))).toContain(
      'COGNITO_USER_POOL_ID is malformed',
    );
  });
});

describe('npm start', () => {
  it('starts the parts that are not given', () => {
    expect(readLocalConfig({ DATABASE_URL: given.DATABASE_URL })).toMatchObject({
      dataDir: '.data',
      prepare: false,
      given: { dynamodb: false, postgres: true, cognito: false },
    });
  });

  it('names what is malformed in every part and in the API at once, before anything starts', () => {
    const problems = problemsOf(() =>
      readLocalConfig({ PORT: 'x', DATABASE_URL: 'y', PREPARE: 'z', DYNAMODB_ENDPOINT: 'aws' }),
    );
    for (const name of ['PORT', 'DATABASE_URL', 'PREPARE', 'AWS_REGION']) expect(problems).toContain(`${name} is`);
  });

  it('refuses half a user pool, and to prepare anything on AWS', () => {
    expect(problemsOf(() => readLocalConfig({ COGNITO_CLIENT_ID: 'client' }))).toContain(
      'COGNITO_USER_POOL_ID is missing',
    );
    for (const endpoint of ['aws', 'https://dynamodb.us-east-1.amazonaws.com']) {
      expect(problemsOf(() => readLocalConfig({ PREPARE: 'true', DYNAMODB_ENDPOINT: endpoint }))).toContain(
        'PREPARE is refused',
      );
    }
  });
});
