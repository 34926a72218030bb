import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { writtenForm } from '../messages/keys.ts';

/** A moment in UTC with six decimals and a Z: a string on both sides, since a Date would lose the microseconds. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});

function parse(value: unknown): string {
  const written = typeof value === 'string' ? writtenForm(value) : null;
  if (written === null) throw new GraphQLError('expected a time such as 2026-11-20T20:26:11.927123Z');
  return written;
}
