import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { PersonFragment } from '../generated/graphql';
import { Avatar } from '../shared/Avatar';
import { Isolated } from '../shared/Isolated';

/** Whom one writes with, the way back on a phone, and what can be done. */
export function ConversationHeader({ person, children }: { person: PersonFragment; children?: ReactNode }) {
  return (
    <header className="with">
      <Link href="/messages" className="back" aria-label="All conversations">
        ‹
      </Link>
      <Avatar name={person.displayName} id={person.id} />
      <h1>
        <Isolated text={person.displayName} />{' '}
        <span className="quiet">
          @<Isolated text={person.handle} />
        </span>
      </h1>
      {children}
    </header>
  );
}
