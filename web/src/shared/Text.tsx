import { partsOf } from './links';

/**
 * A text as it was written: its line breaks stay, links can be followed, and nothing in it is HTML. Marks that turn the
 * direction of writing do so within the text alone, and not in a link, which shows where it goes.
 */
export function Text({ text }: { text: string }) {
  return (
    <span className="text" dir="auto">
      {partsOf(text).map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          <a key={index} href={part.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
            {part.href}
          </a>
        ),
      )}
    </span>
  );
}
