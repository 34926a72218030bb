const LINK = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/g;

/** A text as it was written: its line breaks stay, links can be followed, and nothing in it is HTML. */
export function Text({ text }: { text: string }) {
  const parts: (string | { href: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const { index } = match;
    const link = match[0];
    parts.push(text.slice(end, index), { href: link });
    end = index + link.length;
  }
  parts.push(text.slice(end));
  return (
    <span className="text" dir="auto">
      {parts.map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.href}
          </a>
        ),
      )}
    </span>
  );
}
