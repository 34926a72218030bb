import { parseText } from './arguments.ts';

const LONGEST_BODY = 1024;
/**
 * White space, what Unicode calls ignorable (zero-width characters, Hangul fillers, variation selectors, tags), and
 * characters without ink that it does not call so: the empty braille pattern, annotation and hieroglyph controls, the
 * object replacement character, the null notehead and the Khitan filler.
 */
const NOTHING_TO_SEE =
  /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffc\u{13430}-\u{1343f}\u{16fe4}\u{1d159}]*$/u;

/** What is wrong with a body, for the person who writes it. */
export type BodyErrorCode = 'MESSAGE_BLANK' | 'MESSAGE_TOO_LONG';

export const BODY_ERRORS: Record<BodyErrorCode, { message: string; field: string[] }> = {
  MESSAGE_BLANK: { message: 'The message is empty. Write something.', field: ['input', 'body'] },
  MESSAGE_TOO_LONG: {
    message: `The message has more than ${LONGEST_BODY} characters. Shorten it or send it in parts.`,
    field: ['input', 'body'],
  },
};

/** The body of a message as it is stored. @throws BAD_USER_INPUT where no text can be stored so. */
export function parseBody(text: string): { body: string; problem: BodyErrorCode | null } {
  const body = parseText('input.body', text).trim();
  if (NOTHING_TO_SEE.test(body)) return { body, problem: 'MESSAGE_BLANK' };
  return { body, problem: Array.from(body).length > LONGEST_BODY ? 'MESSAGE_TOO_LONG' : null };
}
