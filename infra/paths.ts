import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

export function fromRoot(path: string): string {
  return `${ROOT}/${path}`;
}
