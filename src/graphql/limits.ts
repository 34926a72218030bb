import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** The most words and signs that a document may have. */
export const MAX_TOKENS = 2000;
/** That one operation is answered with; no more are looked for. */
export const MAX_ERRORS = 5;
const MAX_OPERATIONS = 20;
const MAX_FRAGMENTS = 50;
const MAX_ALIASES = 30;
const MAX_DIRECTIVES = 30;
const MAX_DEPTH = 12;
/** Below `__schema`: the query that tools introspect with is 15 deep. */
const MAX_INTROSPECTION_DEPTH = 20;
/** With each fragment counted in every field that it is spread in. */
const MAX_SELECTIONS = 2000;
/** Two selections of one response field are a pair: validation compares each. */
const MAX_PAIRS = 1000;

/**
 * Counts what a document gives to validation, whose work grows faster than the document. Returns its selections, with
 * each fragment counted in every field that it is spread in: what executing and compiling it grows with.
 *
 * @throws GRAPHQL_VALIDATION_FAILED if that is too much.
 */
export function checkLimits(document: DocumentNode): number {
  checkCounts(document);
  return checkShape(document);
}

function checkCounts(document: DocumentNode): void {
  const counts = { Operations: 0, Fragments: 0, Aliases: 0, Directives: 0 };
  visit(document, {
    OperationDefinition() {
      counts.Operations++;
    },
    FragmentDefinition() {
      counts.Fragments++;
    },
    Field({ alias }) {
      if (alias) counts.Aliases++;
    },
    Directive() {
      counts.Directives++;
    },
  });
  check('Operations', counts.Operations, MAX_OPERATIONS);
  check('Fragments', counts.Fragments, MAX_FRAGMENTS);
  check('Aliases', counts.Aliases, MAX_ALIASES);
  check('Directives', counts.Directives, MAX_DIRECTIVES);
}

/** All selections of one response field. */
interface ResponseField {
  name: string;
  selections: number;
  sets: SelectionSetNode[];
}

/** Walks the response that a document asks for, a field at a time, as validation does. */
function checkShape({ definitions }: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const part of definitions) if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
  const unused = new Set(fragments.values());
  let [selections, pairs] = [0, 0];

  function fieldsOf(sets: SelectionSetNode[]): Map<string, ResponseField> {
    const fields = new Map<string, ResponseField>();
    const spread = new Set<string>();
    // Grows on the way: fragments select into the same fields, each once.
    const queue = [...sets];
    for (const set of queue) {
      selections += set.selections.length;
      check('Selections', selections, MAX_SELECTIONS);
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) pairs += addField(fields, selection);
        else if (selection.kind === Kind.INLINE_FRAGMENT) queue.push(selection.selectionSet);
        else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (!fragment) continue;
          unused.delete(fragment);
          queue.push(fragment.selectionSet);
        }
      }
    }
    check('Pairs of selections of one field', pairs, MAX_PAIRS);
    return fields;
  }

  function walk(sets: SelectionSetNode[], depth = 1, maxDepth = MAX_DEPTH): void {
    check('Query depth', depth, maxDepth);
    for (const { name, sets: below } of fieldsOf(sets).values()) {
      if (below.length > 0) walk(below, depth + 1, name === '__schema' ? MAX_INTROSPECTION_DEPTH : maxDepth);
    }
  }

  for (const part of definitions) if (part.kind === Kind.OPERATION_DEFINITION) walk([part.selectionSet]);
  for (const { selectionSet } of unused) walk([selectionSet]);
  return selections;
}

/** Adds a selection to its response field, and returns with how many others it forms a pair. */
function addField(fields: Map<string, ResponseField>, { name, alias, selectionSet }: FieldNode): number {
  const key = alias?.value ?? name.value;
  const field = fields.get(key) ?? { name: name.value, selections: 0, sets: [] };
  fields.set(key, field);
  if (selectionSet) field.sets.push(selectionSet);
  return field.selections++;
}

function check(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  throw new GraphQLError(`${what} limit of ${limit} exceeded, found ${found}.`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
