import { type SubmitEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { FIND_PERSON, PERSON } from '../api/operations';
import { getFragmentData } from '../generated';
import { useSigned } from '../shared/context';
import { textIn } from '../shared/form';

/** Finds a person by handle, and opens the first message to them. */
export function PersonPicker() {
  const { api, me } = useSigned();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);

  async function find(handle: string): Promise<void> {
    const { data } = await api.apollo.query({ query: FIND_PERSON, variables: { handle }, fetchPolicy: 'network-only' });
    const person = data?.user ? getFragmentData(PERSON, data.user) : null;
    if (!person) setProblem('Nobody has this handle. Check how it is written.');
    else if (person.id === me.id) setProblem('This is your own handle.');
    else go(`/messages/new/${encodeURIComponent(person.handle)}`);
  }

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    setProblem(null);
    const handle = textIn(event.currentTarget, 'handle').trim();
    event.currentTarget.reset();
    if (handle !== '') {
      find(handle).catch(() => {
        setProblem('The search did not get through. Try it again.');
      });
    }
  }

  return (
    <form className="picker" role="search" onSubmit={submit}>
      <label className="hidden" htmlFor="handle">
        Find somebody by handle
      </label>
      <input
        id="handle"
        name="handle"
        placeholder="Write to @handle"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
      <button>Find</button>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
