import {
  getDirectiveValues,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { z } from 'zod';

const fieldCost = z.object({ dynamodbCalls: z.int(), sqlStatements: z.int() });
const pageSize = z.object({ default: z.int(), most: z.int() });

export type Field = GraphQLField<unknown, unknown>;
export type FieldCost = z.infer<typeof fieldCost>;
type PageSize = z.infer<typeof pageSize>;

/** What `@cost` and `@pageSize` declare of fields and arguments; the rest is free, and no list. */
export function readDeclarations(schema: GraphQLSchema) {
  const costs = new Map<Field | GraphQLArgument, FieldCost>();
  const pageSizes = new Map<Field, PageSize>();
  const [cost, size] = [directiveOf(schema, 'cost'), directiveOf(schema, 'pageSize')];
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      for (const part of [field, ...field.args]) {
        const values = part.astNode && getDirectiveValues(cost, part.astNode);
        if (values) costs.set(part, fieldCost.parse(values));
      }
      const values = field.astNode && getDirectiveValues(size, field.astNode);
      if (values) pageSizes.set(field, pageSize.parse(values));
    }
  }
  return { costs, pageSizes };
}

function directiveOf(schema: GraphQLSchema, name: string): GraphQLDirective {
  const found = schema.getDirective(name);
  if (!found) throw new Error(`The schema has no directive @${name}`);
  return found;
}
