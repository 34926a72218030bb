import { badUserInput } from '../errors.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id as rows hold it. @throws BAD_USER_INPUT where it is no UUID. */
export function parseId(argument: string, id: string): string {
  if (!UUID.test(id)) throw badUserInput(argument, 'must be a UUID');
  return id.toLowerCase();
}

/** A text that can be stored as it was sent. @throws BAD_USER_INPUT for a NUL character or half a surrogate pair. */
export function parseText(argument: string, text: string): string {
  if (text.includes('\0')) throw badUserInput(argument, 'has a NUL character (U+0000): take it out');
  if (!text.isWellFormed()) throw badUserInput(argument, 'is not well-formed Unicode: it has half a surrogate pair');
  return text;
}
