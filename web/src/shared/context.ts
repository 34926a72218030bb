import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Api } from '../api/client';
import type { PersonFragment } from '../generated/graphql';
import type { Outbox } from '../outbox/outbox';
import type { Session } from '../session/session';

/** What every page of a signed-in person works with. */
export interface Signed {
  api: Api;
  session: Session;
  outbox: Outbox;
  me: PersonFragment;
}

export const SignedContext = createContext<Signed | null>(null);

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (!signed) throw new Error('Nobody is signed in');
  return signed;
}

/** Whether live events come in. */
export function useOnline(api: Api): boolean {
  return useSyncExternalStore(api.onOnline, api.isOnline);
}
