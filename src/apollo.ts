import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from './context.ts';
import { createFormatError } from './errors.ts';
import { limitRules, MOST_TOKENS } from './limits.ts';
import { guardOperations } from './operation.ts';
import { sandboxPlugin } from './sandbox.ts';

export interface ApolloOptions {
  schema: GraphQLSchema;
  production: boolean;
  introspection: boolean;
  logger: Logger;
  /** What Sandbox sends along, in development; asked each time that the page is opened. */
  sandboxHeaders?: (() => Promise<Record<string, string>>) | undefined;
}

/** The GraphQL engine, not started. */
export function createApollo({
  schema,
  production,
  introspection,
  logger,
  sandboxHeaders,
}: ApolloOptions): ApolloServer<Context> {
  const landingPage = production
    ? ApolloServerPluginLandingPageDisabled()
    : sandboxPlugin(sandboxHeaders ?? (() => Promise.resolve({})));
  return new ApolloServer<Context>({
    schema,
    introspection,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: production,
    formatError: createFormatError(logger),
    stopOnTerminationSignals: false,
    persistedQueries: false,
    parseOptions: { maxLexicalTokens: MOST_TOKENS },
    validationRules: limitRules,
    logger,
    plugins: [
      guardOperations(schema),
      landingPage,
      // Answers are of the moment and for one viewer: nothing on the way may cache them.
      ApolloServerPluginCacheControlDisabled(),
      // Nothing is sent to Apollo, whatever keys the shell holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}
