import { useEffect, useState, useSyncExternalStore } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { type Api, createApi } from './api/client';
import { Conversation } from './conversation/Conversation';
import { NewConversation } from './conversation/NewConversation';
import { Inbox } from './inbox/Inbox';
import { useInbox } from './inbox/useInbox';
import { SignIn } from './session/SignIn';
import type { Session } from './session/session';
import { LoadFailed } from './shared/LoadFailed';
import type { Config } from './shared/config';
import { SignedContext, useOnline } from './shared/context';

export function App({ config, session }: { config: Config; session: Session }) {
  const isSignedIn = useSyncExternalStore(session.subscribe, session.isSignedIn);
  return isSignedIn ? <Signed session={session} /> : <SignIn config={config} session={session} />;
}

/** Everything that a signed-in person sees: one connection to the API, from signing in to signing out. */
function Signed({ session }: { session: Session }) {
  const [api, setApi] = useState<Api | null>(null);
  useEffect(() => {
    const created = createApi(session);
    // The connection lives as long as this does, and rendering waits for it.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setApi(created);
    return () => {
      created.close();
    };
  }, [session]);
  return api && <Pages api={api} session={session} />;
}

function Pages({ api, session }: { api: Api; session: Session }) {
  const inbox = useInbox(api);
  const isOnline = useOnline(api);
  const unread = inbox.groups.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) Cruddur Messages` : 'Cruddur Messages';
  }, [unread]);

  if (inbox.state === 'failed') {
    return (
      <main className="sign-in">
        <LoadFailed problem="Your messages could not be loaded." onRetry={inbox.reload} />
        <button onClick={session.signOut}>Sign out</button>
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
    <SignedContext value={{ api, session, me: inbox.me }}>
      {!isOnline && (
        <p className="banner" role="status">
          You are offline. Messages come in when the connection is back.
        </p>
      )}
      <Switch>
        <Route path="/messages/new/:handle">
          {({ handle }) => (
            <Inbox inbox={inbox} isOpen>
              <NewConversation key={handle} handle={decodeURIComponent(handle)} inbox={inbox} />
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
