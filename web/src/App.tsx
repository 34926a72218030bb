import { useEffect, useState, useSyncExternalStore } from 'react';
import { type AroundNavHandler, Redirect, Route, Router, Switch } from 'wouter';
import { type Api, createApi } from './api/client';
import { Conversation } from './conversation/Conversation';
import { NewConversation } from './conversation/NewConversation';
import { Inbox } from './inbox/Inbox';
import { useInbox } from './inbox/useInbox';
import { type Outbox, createOutbox } from './outbox/outbox';
import { createQueue } from './outbox/queue';
import { sendQueued } from './outbox/send';
import { SignIn } from './session/SignIn';
import { SignOut } from './session/SignOut';
import type { Session } from './session/session';
import type { Sessions } from './session/sessions';
import { LoadFailed } from './shared/LoadFailed';
import type { Config } from './shared/config';
import { SignedContext, useOnline } from './shared/context';

export function App({ config, sessions }: { config: Config; sessions: Sessions }) {
  const session = useSyncExternalStore(sessions.subscribe, sessions.current);
  // Another session is another tree: no state of the former person is in it.
  if (!session) return <SignIn config={config} sessions={sessions} />;
  // An entry of the history names its session; what was begun in a former session opens nothing.
  const aroundNav: AroundNavHandler = (navigate, to, options) => {
    if (sessions.current() === session) navigate(to, { ...options, state: session.id });
  };
  return (
    <Router key={session.id} aroundNav={aroundNav}>
      <Signed session={session} />
    </Router>
  );
}

interface Parts {
  session: Session;
  api: Api;
  outbox: Outbox;
}

/** Everything that a signed-in person sees: one connection and one outbox, from signing in to signing out. */
function Signed({ session }: { session: Session }) {
  const [parts, setParts] = useState<Parts | null>(null);
  useEffect(() => {
    const api = createApi(session);
    const outbox = createOutbox({
      queue: createQueue(session.kept),
      lock: `cruddur.outbox.${session.id}`,
      attempt: (message) => sendQueued(api.apollo, message),
      onOnline: api.onOnline,
    });
    // Both live as long as this does, and rendering waits for them.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setParts({ session, api, outbox });
    return () => {
      outbox.close();
      api.close();
    };
  }, [session]);
  return parts && <Pages {...parts} />;
}

function Pages({ api, session, outbox }: Parts) {
  const inbox = useInbox(api);
  const isOnline = useOnline(api);
  const unread = inbox.groups.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) Cruddur Messages` : 'Cruddur Messages';
    return () => {
      document.title = 'Cruddur Messages';
    };
  }, [unread]);

  if (inbox.state === 'failed') {
    return (
      <main className="sign-in">
        <LoadFailed problem="Your messages could not be loaded." onRetry={inbox.reload} />
        <SignOut session={session} outbox={outbox} />
      </main>
    );
  }
  if (!inbox.me) {
    return (
      <main className="sign-in" aria-busy="true">
        <p className="quiet">Loading your messages …</p>
      </main>
    );
  }
  return (
    <SignedContext value={{ api, session, outbox, me: inbox.me }}>
      {!isOnline && (
        <p className="banner" role="status">
          You are offline. Messages come in and go out when the connection is back.
        </p>
      )}
      <Switch>
        <Route path="/messages/new/:handle">
          {({ handle }) => (
            <Inbox inbox={inbox} isOpen>
              <NewConversation key={handle} handle={decoded(handle)} inbox={inbox} />
            </Inbox>
          )}
        </Route>
        <Route path="/messages/:groupId">
          {({ groupId }) => (
            <Inbox inbox={inbox} openGroupId={groupId} isOpen>
              <Conversation key={groupId} groupId={groupId} />
            </Inbox>
          )}
        </Route>
        <Route path="/messages">
          <Inbox inbox={inbox}>
            <p className="quiet centred">Choose a conversation, or find somebody to write to.</p>
          </Inbox>
        </Route>
        <Route>
          <Redirect to="/messages" replace />
        </Route>
      </Switch>
    </SignedContext>
  );
}

/** A part of a path, which anybody may have written, as text. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
