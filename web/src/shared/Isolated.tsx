import { withoutBidiControls } from './bidi';

/** A name, a handle or one line of a message among other words, none of which it can turn or move. */
export function Isolated({ text }: { text: string }) {
  return <bdi>{withoutBidiControls(text)}</bdi>;
}
