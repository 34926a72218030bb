import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { type GraphQLError, Kind, type ValidationContext } from 'graphql';
import type { Logger } from 'pino';
import { type Context, viewerOf } from './context.ts';
import { createFormatError } from './errors.ts';
import { sandboxPlugin } from './sandbox.ts';
import { createSchema } from './schema.ts';
import { currentTrace } from './trace.ts';

export interface ApolloOptions {
  production: boolean;
  introspection: boolean;
  logger: Logger;
  /** What Sandbox sends along, in development; asked each time that the page is opened. */
  sandboxHeaders?: (() => Promise<Record<string, string>>) | undefined;
}

const MOST_TOKENS = 2000;
const DEEPEST_SELECTION = 12;
const MOST_ALIASES = 30;
const LONGEST_LOGGED_NAME = 100;

/** The GraphQL engine, not started. Every operation needs a viewer, one that asks only for the schema itself aside. */
export function createApollo({
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
    schema: createSchema(),
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
    ],
    logger,
    plugins: [
      guardOperation,
      landingPage,
      // Answers are of the moment and for one viewer: nothing on the way may cache them.
      ApolloServerPluginCacheControlDisabled(),
      // Nothing is sent to Apollo, whatever keys the shell holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

const guardOperation: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation, operationName, contextValue }) {
        const trace = currentTrace();
        if (trace) trace.operationName = operationName?.slice(0, LONGEST_LOGGED_NAME);
        const introspective = operation?.selectionSet.selections.every(
          (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
        );
        if (!introspective) viewerOf(contextValue);
        return Promise.resolve();
      },
    }),
};

function reportRejection(context: ValidationContext | null, error: GraphQLError): void {
  context?.reportError(error);
}
