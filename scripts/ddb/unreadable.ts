import { parseChange } from '../../src/messages/changes.ts';
import { groupIdOfMessagesPk, ownerIdOfChangesPk, participantIdOfGroupsPk } from '../../src/messages/keys.ts';
import { type Item, parseGroup, parseMessage, parseRows } from '../../src/messages/rows.ts';

/** Why the row cannot be read as what its key says, with its key; null if it can. */
export function problemOfRow(row: Item): string | null {
  let problem: string | null = null;
  parseRows<unknown>([row], parserOf(String(row['pk'])), ({ message }) => {
    problem = message;
  });
  return problem;
}

function parserOf(pk: string): (row: Item) => unknown {
  if (groupIdOfMessagesPk(pk) !== null) return parseMessage;
  if (participantIdOfGroupsPk(pk) !== null) return parseGroup;
  return ownerIdOfChangesPk(pk) === null ? (row) => row : parseChange;
}
