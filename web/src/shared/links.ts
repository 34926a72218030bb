/** No link goes on over a control character: what cannot be seen, or turns the text, is no part of an address. */
const LINK = /https?:\/\/[^\s<>"\p{C}]+[^\s<>"'.,;:!?)\]}\p{C}]/gu;

/** Splits a text into links and what is written between them. Each link is to be shown as its address. */
export function partsOf(text: string): (string | { href: string })[] {
  const parts: (string | { href: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const href = addressOf(match[0]);
    if (href === null) continue;
    parts.push(text.slice(end, match.index), { href });
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/**
 * The address as it was written, if the host in it is the one that the browser will open; else as the browser reads it.
 * Null if it is none, or has a user name, which could look like the host.
 */
function addressOf(written: string): string | null {
  const url = URL.canParse(written) ? new URL(written) : null;
  if (!url || url.username !== '' || url.password !== '') return null;
  const host = /^https?:\/\/([^/?#]*)/.exec(written)?.[1];
  return host?.toLowerCase() === url.host ? written : url.href;
}
