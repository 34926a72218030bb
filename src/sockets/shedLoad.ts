import { GraphQLError } from 'graphql';
import type { Overload } from '../http/overload.ts';
import { overloaded } from '../http/shedLoad.ts';
import type { Operations } from './operations.ts';

/** The same operations, refused while the process is overloaded and counted while they run, as those over HTTP are. */
export function shedOperations(operations: Operations, { refusesOperations, run }: Overload): Operations {
  return {
    ...operations,
    onSubscribe: (...subscribe) => (refusesOperations() ? [refusal()] : operations.onSubscribe(...subscribe)),
    execute: (args) => run(async () => operations.execute(args)),
    subscribe: (args) => run(async () => operations.subscribe(args)),
  };
}

/** There is no status over a socket. */
function refusal(): GraphQLError {
  const { message, extensions } = overloaded();
  const { code, retryAfter } = extensions;
  return new GraphQLError(message, { extensions: { code, retryAfter } });
}
