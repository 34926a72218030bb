import { GraphQLError } from 'graphql';
import type { Overload } from './overload.ts';
import { overloaded } from './shedLoad.ts';

const RETRY_AFTER_SECONDS = 1;

/**
 * Counts an operation of a user, or of an address without a viewer, over HTTP and sockets together. Returns a function
 * that takes it off again; or the error if that user or the process runs too many.
 */
export function enterOperation({ enter }: Pick<Overload, 'enter'>, who: string): (() => void) | GraphQLError {
  const entered = enter(who);
  if (typeof entered !== 'string') return entered;
  return entered === 'key-full' ? tooManyOfUser() : overloaded();
}

/** HTTP 429. Nothing was done. */
function tooManyOfUser(): GraphQLError {
  return new GraphQLError('Too many of your operations run at once: wait for their answers', {
    extensions: {
      code: 'TOO_MANY_OPERATIONS',
      retryAfter: RETRY_AFTER_SECONDS,
      http: { status: 429, headers: new Map([['retry-after', String(RETRY_AFTER_SECONDS)]]) },
    },
  });
}
