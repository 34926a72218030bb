import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, type Reading } from './collect.ts';
import { type DeclaredCost, type Field, readDeclarations } from './declarations.ts';
import { readSizes } from './sizes.ts';

/** What selections cost at most. */
export interface Price {
  dynamodbCalls: number;
  sqlStatements: number;
  /** Items of connections. */
  items: number;
  /** Of the values in the answer, as JSON in UTF-8. */
  bytes: number;
  /** Fields of the answer, those of a list counted once. */
  fields: number;
}

type Selecting = Pick<FieldNode, 'selectionSet'>;

const FREE: DeclaredCost = { dynamodbCalls: 0, sqlStatements: 0, bytes: 0 };
/** Around a list or an object. */
const BRACKETS = 2;
const COMMA = 1;
/** Of a field besides the key itself: quotation marks, colon and comma. */
const AROUND_KEY = 4;
const QUOTATION_MARKS = 2;

/**
 * A function that says what the selections of nodes cost together at most: pages at the size that is asked for, lists within
 * lists multiplied, each field with its key as often as it comes in the answer.
 *
 * The function throws where an argument does not fit its field.
 */
export function createPriceOf(
  schema: GraphQLSchema,
): (type: GraphQLObjectType, nodes: Selecting[], reading: Reading) => Price {
  const { costs, pageSizes } = readDeclarations(schema);
  const { leafBytes, listItems } = readSizes(schema);

  /** `pageItems`: how many items the lists of the type have, where it is a page. */
  function priceOfType(type: GraphQLObjectType, nodes: Selecting[], pageItems: number, reading: Reading): Price {
    const price: Price = { dynamodbCalls: 0, sqlStatements: 0, items: 0, bytes: BRACKETS, fields: 0 };
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    for (const [key, same] of collectFields(sets, reading)) {
      const { dynamodbCalls, sqlStatements, items, bytes, fields } = priceOfField(type, same, pageItems, reading);
      price.dynamodbCalls += dynamodbCalls;
      price.sqlStatements += sqlStatements;
      price.items += items;
      price.bytes += key.length + AROUND_KEY + bytes;
      price.fields += fields + 1;
    }
    return price;
  }

  /** Of one field, which several nodes may ask for. */
  function priceOfField(
    parent: GraphQLObjectType,
    nodes: [FieldNode, ...FieldNode[]],
    pageItems: number,
    reading: Reading,
  ): Price {
    const field = fieldOf(parent, nodes[0].name.value);
    const args = getArgumentValues(field, nodes[0], reading.variables);
    const given = field.args.filter(({ name }) => args[name] != null);
    const own = [field, ...given].map((part: Field | GraphQLArgument) => costs.get(part) ?? FREE);
    const items = itemsOf(field, args);
    const value = priceOfValue(parent, field, nodes, items, reading);
    const isList = isListType(getNullableType(field.type));
    const times = isList ? (listItems.get(field) ?? pageItems) : 1;
    return {
      dynamodbCalls: own.reduce((sum, { dynamodbCalls }) => sum + dynamodbCalls, times * value.dynamodbCalls),
      // What a list asks of Postgres is gathered into one statement.
      sqlStatements: own.reduce((sum, { sqlStatements }) => sum + sqlStatements, value.sqlStatements),
      items: items + times * value.items,
      bytes: isList ? BRACKETS + times * (value.bytes + COMMA) : value.bytes,
      fields: value.fields,
    };
  }

  function priceOfValue(
    parent: GraphQLObjectType,
    field: Field,
    nodes: FieldNode[],
    items: number,
    reading: Reading,
  ): Price {
    const type = getNamedType(field.type);
    if (isObjectType(type)) return priceOfType(type, nodes, items, reading);
    const isTypeName = field === TypeNameMetaFieldDef;
    const bytes = isTypeName ? parent.name.length + QUOTATION_MARKS : (leafBytes.get(field) ?? 0);
    return { dynamodbCalls: 0, sqlStatements: 0, items: 0, bytes, fields: 0 };
  }

  /** Of the page that a field answers with; 0 where it is none. */
  function itemsOf(field: Field, args: Record<string, unknown>): number {
    const size = pageSizes.get(field);
    if (!size) return 0;
    const asked = args['first'] ?? args['last'];
    // A size out of range is refused by the resolver, and costs nothing there.
    return typeof asked === 'number' ? Math.min(Math.max(asked, 0), size.most) : size.default;
  }

  return (type, nodes, reading) => priceOfType(type, nodes, 0, reading);
}

const META_FIELDS: Record<string, Field> = {
  [SchemaMetaFieldDef.name]: SchemaMetaFieldDef,
  [TypeMetaFieldDef.name]: TypeMetaFieldDef,
  [TypeNameMetaFieldDef.name]: TypeNameMetaFieldDef,
};

function fieldOf(parent: GraphQLObjectType, name: string): Field {
  const field = META_FIELDS[name] ?? parent.getFields()[name];
  if (!field) throw new Error(`${parent.name} has no field ${name}: only valid operations have a price`);
  return field;
}
