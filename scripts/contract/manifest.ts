import { createHash } from 'node:crypto';
import { canonical, type Manifest } from '../../src/graphql/trustedDocuments.ts';
import type { FoundOperation } from './documents.ts';

/** The manifest of the operations, in the order of their names, so that it changes only where they do. */
export function manifestOf(operations: FoundOperation[]): Manifest {
  const entries = operations.map(({ name, operation, document }) => {
    const body = canonical(document);
    return { id: createHash('sha256').update(body).digest('hex'), name, type: operation.operation, body };
  });
  return {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: entries.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  };
}
