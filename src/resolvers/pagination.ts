import { badUserInput } from '../errors.ts';
import { cursorOf, parseCursor, type ParsedCursor } from '../messages/cursors.ts';
import type { Page, PageRequest } from '../messages/page.ts';

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;

/**
 * The page that the arguments of a connection ask for. Without `first` and `last`: the newest 20, or the 20 that lie
 * next to `before`. `parse` reads the cursors of the list; unless given, those of messages and of message groups.
 *
 * @throws BAD_USER_INPUT that names the argument.
 */
export function parsePage(
  { first, after, last, before }: PageArguments,
  parse: (cursor: string) => ParsedCursor = parseCursor,
): PageRequest {
  if (first != null && last != null) throw badUserInput('last', 'cannot be combined with "first": ask for one side');
  const olderThan = after == null ? undefined : cursorArgument('after', parse(after));
  const newerThan = before == null ? undefined : cursorArgument('before', parse(before));
  if (olderThan !== undefined && newerThan !== undefined && newerThan >= olderThan) {
    throw badUserInput('before', 'must name an older place than "after": nothing lies between the two');
  }
  const backwards = last != null || (first == null && newerThan !== undefined && olderThan === undefined);
  return {
    limit: backwards ? sizeArgument('last', last) : sizeArgument('first', first),
    from: backwards ? 'oldest' : 'newest',
    olderThan,
    newerThan,
  };
}

export function connectionOf<Row extends { sortKey: string }>({ rows, hasOlder, hasNewer }: Page<Row>) {
  const edges = rows.map((node) => ({ cursor: cursorOf(node.sortKey), node }));
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage: hasOlder,
      hasPreviousPage: hasNewer,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function sizeArgument(name: 'first' | 'last', size: number | null | undefined): number {
  if (size == null) return DEFAULT_SIZE;
  if (size < 1 || size > LARGEST_SIZE) throw badUserInput(name, `must be 1 to ${LARGEST_SIZE}, but got ${size}`);
  return size;
}

function cursorArgument(name: 'after' | 'before', parsed: ParsedCursor): string {
  if ('problem' in parsed) throw badUserInput(name, `${parsed.problem}: take cursors from the pages of this list`);
  return parsed.sortKey;
}
