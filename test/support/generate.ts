import fc from 'fast-check';
import {
  type ArgumentNode,
  type ASTVisitor,
  astFromValue,
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  OperationTypeNode,
  parseType,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** An operation that is valid by the schema. */
export interface Generated {
  document: DocumentNode;
  query: string;
  variables: Record<string, unknown>;
}

/**
 * Values worth trying, by the coordinate of an argument or input field (`messages.first`, `SendMessageInput.body`:
 * the field or type, and the name). What has none gets a random value of its type.
 */
export type Examples = Record<string, readonly unknown[]>;

type Field = GraphQLField<unknown, unknown>;
type Draw = fc.GeneratorValue;
const DEEPEST = 5;

/** Operations of one root type as they come: random fields, arguments as literals or variables, aliases, fragments. */
export function arbitraryOperation(
  schema: GraphQLSchema,
  operation: OperationTypeNode,
  examples: Examples,
): fc.Arbitrary<Generated> {
  const root = schema.getRootType(operation);
  if (!root) throw new Error(`The schema has no ${operation}`);
  return fc.gen().map((draw) => createBuilder(draw, examples).operation(operation, root));
}

function createBuilder(draw: Draw, examples: Examples) {
  const variables: Record<string, unknown> = {};
  const variableTypes: Record<string, string> = {};

  const chance = (percent: number) => draw(fc.integer, { min: 1, max: 100 }) > 100 - percent;
  const oneOf = <Item>(items: readonly Item[]): Item => items[draw(fc.nat, { max: items.length - 1 })] as Item;

  function input(type: GraphQLInputType, coordinate: string): unknown {
    const worthTrying = examples[coordinate];
    if (worthTrying && chance(90)) return oneOf(worthTrying);
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [input(nullable.ofType, coordinate)];
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields());
      const given = nullable.isOneOf
        ? [oneOf(fields)]
        : fields.filter((field) => isRequiredInputField(field) || chance(50));
      return Object.fromEntries(
        given.map((field) => [field.name, input(fieldType(nullable, field), `${nullable.name}.${field.name}`)]),
      );
    }
    if (isEnumType(nullable)) return oneOf(nullable.getValues()).name;
    switch (getNamedType(nullable).name) {
      case 'Int':
        return draw(fc.integer, { min: -5, max: 120 });
      case 'Float':
        return draw(fc.double, { noNaN: true, noDefaultInfinity: true });
      case 'Boolean':
        return draw(fc.boolean);
      case 'ID':
        return draw(fc.uuid);
      case 'DateTime':
        return draw(fc.date, { noInvalidDate: true, min: new Date(0), max: new Date('2099-12-31') }).toISOString();
      default:
        return draw(fc.string, { unit: 'binary' });
    }
  }

  function argument(field: Field, { name, type }: GraphQLArgument): ArgumentNode {
    const value = input(type, `${field.name}.${name}`);
    if (chance(50)) {
      const variable = `v${Object.keys(variables).length}`;
      variables[variable] = value;
      variableTypes[variable] = String(type);
      return argumentNode(name, { kind: Kind.VARIABLE, name: nameNode(variable) });
    }
    const literal = astFromValue(value, type);
    if (!literal) throw new Error(`${field.name}.${name} cannot be ${JSON.stringify(value)}`);
    return argumentNode(name, literal);
  }

  function selection(field: Field, alias: string, depth: number): FieldNode {
    const given = field.args.filter((arg) => isRequiredArgument(arg) || chance(40));
    const type = getNamedType(field.type);
    return {
      kind: Kind.FIELD,
      name: nameNode(field.name),
      ...(alias !== field.name && { alias: nameNode(alias) }),
      arguments: given.map((arg) => argument(field, arg)),
      ...(isObjectType(type) && { selectionSet: selections(type, depth + 1) }),
    };
  }

  function selections(type: GraphQLObjectType, depth: number, atMost = 4): NonNullable<FieldNode['selectionSet']> {
    const fields = Object.values(type.getFields());
    const shallow = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const candidates = depth < DEEPEST || shallow.length === 0 ? fields : shallow;
    const chosen = Array.from({ length: draw(fc.integer, { min: 1, max: atMost }) }, () => oneOf(candidates));
    const nodes = [...new Set(chosen)].map((field, index) =>
      selection(field, chance(10) ? `${field.name}_${index}` : field.name, depth),
    );
    if (!chance(20)) return { kind: Kind.SELECTION_SET, selections: nodes };
    const typeCondition = { kind: Kind.NAMED_TYPE, name: nameNode(type.name) } as const;
    const inline = {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
    } as const;
    return { kind: Kind.SELECTION_SET, selections: [inline] };
  }

  return {
    operation(operation: OperationTypeNode, root: GraphQLObjectType): Generated {
      // A subscription has one field at its root.
      const selectionSet = selections(root, 0, operation === OperationTypeNode.SUBSCRIPTION ? 1 : 4);
      const document: DocumentNode = {
        kind: Kind.DOCUMENT,
        definitions: [
          {
            kind: Kind.OPERATION_DEFINITION,
            operation,
            name: nameNode('Generated'),
            variableDefinitions: Object.entries(variableTypes).map(([name, type]) => ({
              kind: Kind.VARIABLE_DEFINITION,
              variable: { kind: Kind.VARIABLE, name: nameNode(name) },
              type: parseType(type),
            })),
            selectionSet,
          },
        ],
      };
      return { document, query: print(document), variables };
    },
  };
}

/** A branch of a oneOf type cannot be null, whatever its type says. */
function fieldType({ isOneOf }: { isOneOf: boolean }, { type }: GraphQLInputField): GraphQLInputType {
  return isOneOf ? getNullableType(type) : type;
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}

function argumentNode(name: string, value: ArgumentNode['value']): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: nameNode(name), value };
}

/** The coordinates of a schema that an operation can use: `Type.field`, `Type.field(argument:)`, `Input.field`. */
export function coordinatesOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  return types.flatMap((type) => {
    if (isInputObjectType(type)) return Object.keys(type.getFields()).map((name) => `${type.name}.${name}`);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap(({ name, args }) => [
      `${type.name}.${name}`,
      ...args.map((arg) => `${type.name}.${name}(${arg.name}:)`),
    ]);
  });
}

/** The coordinates that an operation uses, those in its variables aside. */
export function coordinatesIn(schema: GraphQLSchema, { document }: Generated): string[] {
  const used: string[] = [];
  const info = new TypeInfo(schema);
  const visitor: ASTVisitor = {
    Field({ name }) {
      used.push(`${info.getParentType()?.name ?? ''}.${name.value}`);
    },
    Argument({ name }) {
      used.push(`${info.getParentType()?.name ?? ''}.${info.getFieldDef()?.name ?? ''}(${name.value}:)`);
    },
    ObjectField({ name }) {
      used.push(`${getNamedType(info.getParentInputType())?.name ?? ''}.${name.value}`);
    },
  };
  visit(document, visitWithTypeInfo(info, visitor));
  return used;
}
