import {
  getDirectiveValues,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  isScalarType,
} from 'graphql';
import { z } from 'zod';

const cost = z.object({ dynamodbCalls: z.int(), sqlStatements: z.int(), bytes: z.int() });
const pageSize = z.object({ default: z.int(), most: z.int() });
const listSize = z.object({ most: z.int() });

export type Field = GraphQLField<unknown, unknown>;
export type DeclaredCost = z.infer<typeof cost>;

/** What `@cost`, `@pageSize` and `@listSize` declare of scalars, fields and arguments. */
export function readDeclarations(schema: GraphQLSchema) {
  const types = Object.values(schema.getTypeMap());
  const fields = types.filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
  const parts = [...types.filter(isScalarType), ...fields, ...fields.flatMap(({ args }) => args)];
  return {
    costs: read<Field | GraphQLArgument | GraphQLScalarType, DeclaredCost>(parts, directiveOf(schema, 'cost'), cost),
    pageSizes: read(fields, directiveOf(schema, 'pageSize'), pageSize),
    listSizes: read(fields, directiveOf(schema, 'listSize'), listSize),
  };
}

function read<Part extends Field | GraphQLArgument | GraphQLScalarType, Values>(
  parts: Part[],
  directive: GraphQLDirective,
  shape: z.ZodType<Values>,
): Map<Part, Values> {
  return new Map(
    parts.flatMap((part) => {
      const values = part.astNode && getDirectiveValues(directive, part.astNode);
      return values ? [[part, shape.parse(values)]] : [];
    }),
  );
}

function directiveOf(schema: GraphQLSchema, name: string): GraphQLDirective {
  const found = schema.getDirective(name);
  if (!found) throw new Error(`The schema has no directive @${name}`);
  return found;
}
