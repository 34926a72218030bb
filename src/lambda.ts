import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsLambdaFastify } from '@fastify/aws-lambda';
import type { ALBEvent, ALBResult, Context } from 'aws-lambda';
import { pino } from 'pino';
import { z } from 'zod';
import { readConfig, readDatabaseSecretArn } from './config.ts';
import { createService } from './service.ts';

/** What RDS keeps in its secret, besides where the database is. */
const databaseSecret = z.object({ password: z.string() });

async function readPassword(secretArn: string | undefined): Promise<string | undefined> {
  if (secretArn === undefined) return undefined;
  const secrets = new SecretsManagerClient({});
  const { SecretString: text = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
  secrets.destroy();
  return databaseSecret.parse(JSON.parse(text)).password;
}

const password = await readPassword(readDatabaseSecretArn(process.env));
const { app } = await createService(
  readConfig({ ...process.env, ...(password !== undefined && { DATABASE_PASSWORD: password }) }),
  // Written before the answer: what waits in a buffer then is frozen with the process.
  { logOutput: pino.destination({ sync: true }) },
);
const serve = awsLambdaFastify(app, { decorateRequest: false });
await app.ready();

/**
 * Door 1 on AWS Lambda, behind a load balancer: queries and mutations. Subscriptions need a server, since a Lambda
 * holds no sockets. Needs what the server needs, and takes the password of Postgres from the secret that
 * `DATABASE_SECRET_ARN` names, once for each process.
 */
export function handler(event: ALBEvent, context: Context): Promise<ALBResult> {
  return serve(event, context);
}
