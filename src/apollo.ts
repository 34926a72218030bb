import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import type { GraphQLError, GraphQLSchema, ValidationContext } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from './context.ts';
import { createFormatError } from './errors.ts';
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

const MOST_TOKENS = 2000;
const DEEPEST_SELECTION = 12;
const MOST_ALIASES = 30;
const MOST_DIRECTIVES = 30;

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
  // A rejection that is thrown, as is the rules' default, would count as an unexpected error.
  const asValidationError = { propagateOnRejection: false, onReject: [reportRejection] };
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
    validationRules: [
      maxDepthRule({ n: DEEPEST_SELECTION, flattenFragments: true, ...asValidationError }),
      maxAliasesRule({ n: MOST_ALIASES, ...asValidationError }),
      maxDirectivesRule({ n: MOST_DIRECTIVES, ...asValidationError }),
    ],
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

function reportRejection(context: ValidationContext | null, error: GraphQLError): void {
  context?.reportError(error);
}
