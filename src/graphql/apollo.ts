import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { createFormatError } from '../errors.ts';
import type { Spans } from '../telemetry/spans.ts';
import { refuseLargeAnswers } from './answerSize.ts';
import { createExecutor } from './executor.ts';
import { guardOperations } from './operation.ts';
import type { Prepare } from './prepare.ts';
import { sandboxPlugin } from './sandbox.ts';

export interface ApolloOptions {
  schema: GraphQLSchema;
  production: boolean;
  introspection: boolean;
  /** What operations have to pass before they run. */
  prepare: Prepare;
  logger: Logger;
  /** None: nothing is told of operations. */
  spans?: Spans | undefined;
  /** What Sandbox sends along, in development; asked each time that the page is opened. */
  sandboxHeaders?: (() => Promise<Record<string, string>>) | undefined;
}

/** The GraphQL engine, not started. */
export function createApollo({
  schema,
  production,
  introspection,
  prepare,
  logger,
  spans,
  sandboxHeaders,
}: ApolloOptions): ApolloServer<Context> {
  const landingPage = production
    ? ApolloServerPluginLandingPageDisabled()
    : sandboxPlugin(sandboxHeaders ?? (() => Promise.resolve({})));
  const formatError = createFormatError(logger);
  return new ApolloServer<Context>({
    gateway: executedBy(schema),
    introspection,
    csrfPrevention: true,
    stringifyResult: JSON.stringify,
    includeStacktraceInErrorResponses: false,
    formatError,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    documentStore: null,
    logger,
    plugins: [
      // Before what an operation cost is added to its answer.
      refuseLargeAnswers(),
      guardOperations(prepare, { formatError, spans }),
      landingPage,
      // Answers are of the moment and for one viewer: nothing on the way may cache them.
      ApolloServerPluginCacheControlDisabled(),
      // Nothing is sent to Apollo, whatever keys the shell holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

/** The executor as Apollo Server takes it: there is no other way to give it one than as that of a gateway. */
function executedBy(schema: GraphQLSchema): ApolloServerOptionsWithGateway<Context>['gateway'] {
  const execute = createExecutor(schema);
  return {
    onSchemaLoadOrUpdate(load) {
      load({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () =>
      Promise.resolve({
        executor: ({ document, operationName, request: { variables }, context }) =>
          // A gateway's types know nothing of the server's context.
          execute({ document, operationName, variables, context: context as Context }),
      }),
    stop: () => Promise.resolve(),
  };
}
