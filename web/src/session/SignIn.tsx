import { type SubmitEvent, useState } from 'react';
import type { Config } from '../shared/config';
import { textIn } from '../shared/form';
import type { Sessions } from './sessions';

/** Sign in with the user pool; in development as one of the demo users with one click. */
export function SignIn({ sessions, config }: { sessions: Sessions; config: Config }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function signIn(email: string, password: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await sessions.signIn(email, password);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    void signIn(textIn(form, 'email'), textIn(form, 'password'));
  }

  return (
    <main className="sign-in">
      <h1>Cruddur Messages</h1>
      <form onSubmit={submit}>
        <label>
          E-mail
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem !== null && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button className="primary" disabled={isBusy}>
          Sign in
        </button>
      </form>
      {config.demoUsers.length > 0 && (
        <section aria-labelledby="demo">
          <h2 id="demo">Try it as</h2>
          <ul className="demo">
            {config.demoUsers.map(({ handle, displayName, email, password }) => (
              <li key={handle}>
                <button disabled={isBusy} onClick={() => void signIn(email, password)}>
                  {displayName} <span className="quiet">@{handle}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}
