import { useRef } from 'react';
import type { Outbox } from '../outbox/outbox';
import { useUnsent } from '../outbox/useOutbox';
import type { Session } from './session';

/** Signs out, and asks before messages are lost that are not sent yet. */
export function SignOut({ session, outbox, title }: { session: Session; outbox: Outbox; title?: string }) {
  const question = useRef<HTMLDialogElement>(null);
  const count = useUnsent(outbox).length;
  return (
    <>
      <button
        className="quiet"
        title={title}
        onClick={() => {
          if (count === 0) session.signOut();
          else question.current?.showModal();
        }}
      >
        Sign out
      </button>
      <dialog ref={question} aria-labelledby="sign-out-question">
        <p id="sign-out-question">
          {count === 1 ? 'One message is not sent yet.' : `${count} messages are not sent yet.`} If you sign out,{' '}
          {count === 1 ? 'it is' : 'they are'} deleted.
        </p>
        <form method="dialog">
          <button className="primary">Stay signed in</button>
          <button type="button" className="problem" onClick={session.signOut}>
            Sign out and delete
          </button>
        </form>
      </dialog>
    </>
  );
}
