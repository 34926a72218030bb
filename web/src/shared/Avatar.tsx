import { withoutBidiControls } from './bidi';

/** The first letters of a name, on a colour of its own. */
export function Avatar({ name, id }: { name: string; id: string }) {
  const initials = withoutBidiControls(name)
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .slice(0, 2)
    .join('');
  const tone = Number.parseInt(id.slice(-4), 16) % 6;
  return (
    <span className={`avatar tone-${tone}`} aria-hidden="true">
      {initials}
    </span>
  );
}
