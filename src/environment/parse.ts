import type { z } from 'zod';

/** Variables as they come. */
export type Environment = Record<string, string | undefined>;

/** Thrown where the environment is not usable; its message has one line for each variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Looks at several variables together, as they stand in the environment; yields what is wrong with them. */
export type Check = (present: Environment) => string[];

/**
 * Reads variables; an empty one counts as a missing one.
 *
 * @throws {ConfigError} that names every variable at fault at once.
 */
export function parse<Shape>(schema: z.ZodType<Shape>, env: Environment, checks: Check[]): Shape {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  const malformed = (result.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return `${name} is ${present[name] === undefined ? 'missing' : 'malformed'}: ${issue.message}`;
  });
  const problems = [...malformed, ...checks.flatMap((check) => check(present))];
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(problems);
}
