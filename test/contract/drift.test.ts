import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { unlistedChanges } from '../support/drift.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const released = read('test/contract/released.graphql');

describe('the schema', () => {
  it('changes against the last release in no breaking or dangerous way that CHANGELOG.md does not list', async () => {
    expect(await unlistedChanges(released, read('schema.graphql'), read('CHANGELOG.md'))).toEqual([]);
  });

  it('was released with the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const [newest] = [...read('CHANGELOG.md').matchAll(/^## (\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)$/gm)];
    expect(newest?.[1]).toBe(version);
  });
});

describe('a change of the schema', () => {
  const withoutDisplayName = released.replace(/ {2}"The name to show.*\n {2}displayName: String!\n/, '');
  const changelog = (entry: string) => `# Changelog\n\n## Unreleased\n\n${entry}\n\n## 0.1.0 (2026-11-21)\n\n- More.\n`;

  it('that takes a field away has to be listed', async () => {
    const line = '`User.displayName` FIELD_REMOVED';
    expect(await unlistedChanges(released, withoutDisplayName, changelog('- A new day.'))).toEqual([
      expect.stringContaining(line),
    ]);
    expect(
      await unlistedChanges(released, withoutDisplayName, changelog(`- 2026-12-01 ${line}: nobody reads it.`)),
    ).toEqual([]);
  });

  it('that adds an enum value is dangerous, and has to be listed', async () => {
    const current = released.replace('  MESSAGE_BLANK\n', '  MESSAGE_BLANK\n  MESSAGE_RUDE\n');
    expect(await unlistedChanges(released, current, changelog(''))).toEqual([
      expect.stringContaining('`SendMessageErrorCode.MESSAGE_RUDE` ENUM_VALUE_ADDED'),
    ]);
  });

  it('is not listed without its date, or under a release that is out', async () => {
    const line = '`User.displayName` FIELD_REMOVED';
    const old = `# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-11-21)\n\n- 2026-11-01 ${line}\n`;
    expect(await unlistedChanges(released, withoutDisplayName, changelog(`- ${line}`))).toHaveLength(1);
    expect(await unlistedChanges(released, withoutDisplayName, old)).toHaveLength(1);
  });

  it('that adds a field is free', async () => {
    const current = released.replace('type User {\n', 'type User {\n  "Where."\n  city: String\n');
    expect(current).not.toBe(released);
    expect(await unlistedChanges(released, current, changelog(''))).toEqual([]);
  });
});
