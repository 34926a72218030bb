import {
  getNamedType,
  getNullableType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  __Schema,
  isEnumType,
  isLeafType,
  isListType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { type Field, readDeclarations } from './declarations.ts';

/** How much the fields of a schema add to an answer at most. */
export interface Sizes {
  /** The bytes of a leaf field's value as JSON. */
  leafBytes: ReadonlyMap<Field, number>;
  /** The items of a list that is no part of a page. */
  listItems: ReadonlyMap<Field, number>;
}

/** As JSON; an id is a UUID. */
const BUILT_IN_BYTES: Record<string, number> = { Boolean: 'false'.length, Int: '-2147483648'.length, ID: 36 + 2 };

/** @throws where the schema does not say how large a value, or how long a list, can be. */
export function readSizes(schema: GraphQLSchema): Sizes {
  const { costs, pageSizes, listSizes } = readDeclarations(schema);
  const leafBytes = new Map<Field, number>();
  const listItems = new Map<Field, number>();
  const pages = new Set([...pageSizes.keys()].map(({ type }) => getNamedType(type)));

  const bytesOf = (field: Field, type: GraphQLNamedOutputType): number | undefined => {
    if (isEnumType(type)) return Math.max(...type.getValues().map(({ name }) => name.length)) + 2;
    const ofType = isScalarType(type) ? costs.get(type)?.bytes : 0;
    return costs.get(field)?.bytes || ofType || BUILT_IN_BYTES[type.name];
  };

  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const named = getNamedType(field.type);
      if (isLeafType(named))
        leafBytes.set(field, known(bytesOf(field, named), `how large ${name} can be: @cost(bytes:)`));
      if (!isListType(getNullableType(field.type)) || pages.has(type)) continue;
      const { most } = listSizes.get(field) ?? pageSizes.get(field) ?? {};
      listItems.set(field, known(most, `how long ${name} can be: @listSize`));
    }
  }
  addIntrospection(schema, leafBytes, listItems);
  return { leafBytes, listItems };
}

/** The schema's own description of itself, in which the longest value of each field is known. */
function addIntrospection(schema: GraphQLSchema, leafBytes: Map<Field, number>, listItems: Map<Field, number>): void {
  const seen = new Set<unknown>();
  const widen = (sizes: Map<Field, number>, field: Field, size: number) =>
    sizes.set(field, Math.max(sizes.get(field) ?? 0, size));

  const measure = (type: GraphQLObjectType, described: unknown): void => {
    if (described == null || seen.has(described)) return;
    seen.add(described);
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      const value = valueOf(field, described, schema);
      const values = Array.isArray(value) ? value : [value];
      if (isListType(getNullableType(field.type))) widen(listItems, field, values.length);
      for (const one of values) {
        if (isObjectType(named)) measure(named, one);
        else widen(leafBytes, field, Buffer.byteLength(JSON.stringify(one ?? null)));
      }
    }
  };
  measure(__Schema, schema);
}

/** As an answer has it, with all that is deprecated. */
function valueOf(field: Field, described: unknown, schema: GraphQLSchema): unknown {
  const info = { schema } as GraphQLResolveInfo;
  return field.resolve?.(described, { includeDeprecated: true }, undefined, info);
}

function known(size: number | undefined, what: string): number {
  if (size === undefined) throw new Error(`The schema does not say ${what}`);
  return size;
}
