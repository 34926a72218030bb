import type { Kept } from '../session/storage';

/** What is being written to somebody, kept in this browser: a reload loses nothing. */
export interface Draft {
  load: () => string;
  save: (text: string) => void;
}

/** `personId` is whom it is written to, before and after the first message. */
export function draftTo(kept: Kept, personId: string): Draft {
  const name = `draft.${personId}`;
  return {
    load: () => kept.read(name) ?? '',
    save(text) {
      if (text === '') kept.remove(name);
      else kept.write(name, text);
    },
  };
}
