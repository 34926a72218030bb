import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

/** A statement of a policy, with names in place of references: `Messages.Arn` for the ARN of the table. */
export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
  conditions: Record<string, Record<string, string | string[]>>;
}

const oneOrMore = <Value extends z.ZodType>(value: Value) =>
  z.union([z.array(value), value.transform((one) => [one])]) as z.ZodType<z.output<Value>[]>;

const text = z.unknown().transform(nameOf);
const statement = z
  .object({
    Effect: z.enum(['Allow', 'Deny']),
    Action: oneOrMore(z.string()),
    Resource: oneOrMore(text),
    Condition: z.record(z.string(), z.record(z.string(), z.union([z.array(z.string()), text]))).default({}),
  })
  .transform(({ Effect, Action, Resource, Condition }): Statement => ({
    effect: Effect,
    actions: Action,
    resources: Resource,
    conditions: Condition,
  }));
const document = z.object({ Statement: z.array(statement) });
const role = z.object({
  ManagedPolicyArns: z.array(z.unknown()).default([]),
  Policies: z.array(z.object({ PolicyDocument: document })).default([]),
});
const policy = z.object({ PolicyDocument: document, Roles: z.array(text) });

/** The statements of every role by its name, those of policies apart from it included. Roles have no managed policies. */
export function statementsByRole(template: Template): Record<string, Statement[]> {
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).map(([id, { Properties: found }]) => {
    const { ManagedPolicyArns: managed, Policies: policies } = role.parse(found);
    if (managed.length > 0) throw new Error(`${id} has policies of AWS, whose rights no test lists`);
    return [withoutHash(id), policies.flatMap(({ PolicyDocument: { Statement } }) => Statement)] as const;
  });
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties: found }) =>
    policy.parse(found),
  );
  return Object.fromEntries(
    roles.map(([name, own]) => {
      const others = policies.filter(({ Roles }) => Roles.includes(name));
      return [name, [...own, ...others.flatMap(({ PolicyDocument: { Statement } }) => Statement)]];
    }),
  );
}

/** A line for each action of a statement on each of its resources. */
export function linesOf({ effect, actions, resources, conditions }: Statement): string[] {
  const where = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${key} ${operator} ${[value].flat().join(' ')}`),
  );
  const suffix = where.length === 0 ? '' : ` if ${where.join(' and ')}`;
  return actions.flatMap((action) => resources.map((resource) => `${effect} ${action} on ${resource}${suffix}`));
}

/** What a template says of a resource, in words: references by name, without what the CDK makes names unique with. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [kind = '', argument] = z.array(z.unknown()).parse(Object.entries(value)[0]);
  if (kind === 'Ref')
    return String(argument).startsWith('AWS::') ? `<${String(argument).slice(5)}>` : withoutHash(argument);
  if (kind === 'Fn::GetAtt' && Array.isArray(argument)) return `${withoutHash(argument[0])}.${String(argument[1])}`;
  if (kind === 'Fn::Join' && Array.isArray(argument))
    return z.array(z.unknown()).parse(argument[1]).map(nameOf).join('');
  if (kind === 'Fn::Sub') return String(argument).replaceAll(/\$\{AWS::(\w+)\}/g, '<$1>');
  return JSON.stringify(value);
}

function withoutHash(id: unknown): string {
  return String(id).replace(/[0-9A-F]{8}$/, '');
}
