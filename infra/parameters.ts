import type { Node } from 'constructs';
import { z } from 'zod';

/** What differs from one deployment to another. */
export interface Parameters {
  /** The certificate of the API's domain, in the region of the stack. There is no API without TLS. */
  certificateArn: string;
  /** What the API runs on. Subscriptions need Fargate: a Lambda holds no sockets. */
  apiOn: 'fargate' | 'lambda';
  /** Web pages of other origins that may call. */
  corsOrigins: string[];
  /** Who hears of alarms, after confirming it by e-mail; nobody unless given. */
  alarmEmail: string | undefined;
  /** What Cognito does about sign-ins at risk; costs more for each user unless off. */
  threatProtection: ThreatProtection;
}

export type ThreatProtection = z.infer<typeof threatProtection>;

const threatProtection = z.enum(['off', 'audit', 'enforced'], 'expected off, audit or enforced');

const context = z.object({
  certificateArn: z
    .string('expected the ARN of a certificate in ACM: -c certificateArn=arn:aws:acm:…')
    .regex(/^arn:aws[\w-]*:acm:/, 'expected the ARN of a certificate in ACM'),
  apiOn: z.enum(['fargate', 'lambda'], 'expected fargate or lambda').default('fargate'),
  corsOrigins: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(z.array(z.url({ protocol: /^https$/, error: 'expected origins such as https://cruddur.com' })))
    .default([]),
  alarmEmail: z.email('expected an e-mail address').optional(),
  threatProtection: threatProtection.default('off'),
});

/**
 * Reads the parameters from the CDK's context: `-c name=value`, or `context` in cdk.json.
 *
 * @throws an error that names every parameter that is missing or malformed.
 */
export function readParameters(node: Node): Parameters {
  const given = Object.fromEntries(
    Object.keys(context.shape).map((name): [string, unknown] => [name, node.tryGetContext(name)]),
  );
  const { success, data, error } = context.safeParse(given);
  if (success) return { ...data, alarmEmail: data.alarmEmail };
  const problems = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`The stack's parameters are not usable:\n${problems.join('\n')}`);
}
