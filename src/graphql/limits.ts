import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import type { GraphQLError, ValidationContext, ValidationRule } from 'graphql';

/** The most words and signs that a document may have. */
export const MOST_TOKENS = 2000;

// A rejection that is thrown, as is the rules' default, would count as an unexpected error.
const asValidationError = { propagateOnRejection: false, onReject: [reportRejection] };

/** What a document may be, whatever it costs: 12 selections deep, with 30 aliases and 30 directives. */
export const limitRules: ValidationRule[] = [
  maxDepthRule({ n: 12, flattenFragments: true, ...asValidationError }),
  maxAliasesRule({ n: 30, ...asValidationError }),
  maxDirectivesRule({ n: 30, ...asValidationError }),
];

function reportRejection(context: ValidationContext | null, error: GraphQLError): void {
  context?.reportError(error);
}
