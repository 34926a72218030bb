import { type SubmitEvent, useState } from 'react';
import type { Config } from '../shared/config';
import { textIn } from '../shared/form';
import type { Sessions } from './sessions';

/** Sign in with the user pool; in development as one of the demo users with one click. */
export function SignIn({ sessions, config }: { sessions: Sessions; config: Config }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [giveCode, setGiveCode] = useState<((code: string) => void) | null>(null);

  function askCode(): Promise<string> {
    return new Promise((resolve) => {
      setGiveCode(() => resolve);
    });
  }

  async function signIn(email: string, password: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await sessions.signIn(email, password, askCode);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
      setGiveCode(null);
    }
  }

  return (
    <main className="sign-in">
      <h1>Cruddur Messages</h1>
      {giveCode ? <CodeForm onCode={giveCode} /> : <PasswordForm isBusy={isBusy} onSubmit={signIn} />}
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
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

interface PasswordFormProps {
  isBusy: boolean;
  onSubmit: (email: string, password: string) => Promise<void>;
}

function PasswordForm({ isBusy, onSubmit }: PasswordFormProps) {
  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    void onSubmit(textIn(form, 'email'), textIn(form, 'password'));
  }
  return (
    <form onSubmit={submit}>
      <label>
        E-mail
        <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button className="primary" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}

/** The second factor, of people who have one. */
function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    onCode(textIn(event.currentTarget, 'code').trim());
  }
  return (
    <form onSubmit={submit}>
      <label>
        Code from your authenticator app
        <input name="code" inputMode="numeric" autoComplete="one-time-code" required autoFocus />
      </label>
      <button className="primary">Sign in</button>
    </form>
  );
}
