import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/**
 * The breaking and dangerous changes from one schema to another that the changelog does not list, each as the line
 * that it lacks. A line lists a change where it stands under "Unreleased" with a date, the change's path and its type.
 */
export async function unlistedChanges(released: string, current: string, changelog: string): Promise<string[]> {
  const [, unreleased = ''] = /^## Unreleased\n(.*?)(?=^## |(?![\s\S]))/ms.exec(changelog) ?? [];
  const entries = unreleased.split(/^- /m);
  const isListed = (line: string) => entries.some((entry) => /^\d{4}-\d{2}-\d{2} /.test(entry) && entry.includes(line));
  const changes = await diff(buildSchema(released), buildSchema(current));
  return changes
    .filter(({ criticality }) => criticality.level !== CriticalityLevel.NonBreaking)
    .map(({ path, type, message }) => ({ line: `\`${path ?? 'schema'}\` ${type}`, message }))
    .filter(({ line }) => !isListed(line))
    .map(({ line, message }) => `- <date> ${line}: ${message}`);
}
