import type { ApolloServerPlugin } from '@apollo/server';
import { type FormattedExecutionResult, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { Context } from '../context.ts';

/** Of one answer, or one event, as it is sent. */
export const MAX_ANSWER_BYTES = 2_000_000;

/** Of a UTF-16 code unit: a control character becomes `\u0001`. */
const MAX_BYTES_PER_UNIT = 6;

/** Refuses answers that are too large to be sent, also where an operation should not have been able to get one. */
export function refuseLargeAnswers(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response, operation }) {
          const { body, http } = response;
          if (body.kind !== 'single' || !isTooLarge(body.singleResult)) return Promise.resolve();
          const isDone = operation?.operation === OperationTypeNode.MUTATION;
          body.singleResult = { errors: [errorFor(isDone)] };
          if (!isDone) http.status = 400;
          return Promise.resolve();
        },
      }),
  };
}

/** The event, or what is sent in its place where it is too large. */
export function limitEvent(event: FormattedExecutionResult): FormattedExecutionResult {
  return isTooLarge(event) ? { errors: [errorFor(false)] } : event;
}

function errorFor(isDone: boolean): GraphQLFormattedError {
  const problem = `The answer has more than ${MAX_ANSWER_BYTES} bytes`;
  return answerTooLarge(isDone ? `${problem}; what the mutation changed stays changed` : problem);
}

export function answerTooLarge(problem: string): GraphQLFormattedError {
  return {
    message: `${problem}: ask for smaller pages, or for fewer long texts`,
    extensions: { code: 'ANSWER_TOO_LARGE', limit: MAX_ANSWER_BYTES },
  };
}

/**
 * Whether a value has more bytes as JSON than an answer may have. It is written as JSON only if a count of its characters
 * leaves that open, which ends as soon as there are too many.
 */
export function isTooLarge(value: unknown): boolean {
  const units = countUnits(value, MAX_ANSWER_BYTES);
  if (units > MAX_ANSWER_BYTES) return true;
  return units * MAX_BYTES_PER_UNIT > MAX_ANSWER_BYTES && Buffer.byteLength(JSON.stringify(value)) > MAX_ANSWER_BYTES;
}

/** The characters of a value as JSON before any is escaped; any number above `atMost` if there are more than that. */
function countUnits(value: unknown, atMost: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  // Each item or field comes with the comma or bracket after it.
  let units = 1;
  if (Array.isArray(value)) {
    for (const item of value) {
      units += countUnits(item, atMost - units) + 1;
      if (units > atMost) break;
    }
    return units;
  }
  const fields = value as Record<string, unknown>;
  // Object.entries would take three times as long, for every answer.
  for (const key in fields) {
    const below = fields[key];
    if (below === undefined) continue;
    units += key.length + countUnits(below, atMost - units) + 4;
    if (units > atMost) break;
  }
  return units;
}
