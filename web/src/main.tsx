import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createSessions } from './session/sessions';
import { createUserPool } from './session/userPool';
import { loadConfig } from './shared/config';
import './styles.css';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root');
const rendered = createRoot(root);
try {
  const config = await loadConfig();
  const sessions = createSessions(createUserPool(config));
  rendered.render(
    <StrictMode>
      <App config={config} sessions={sessions} />
    </StrictMode>,
  );
} catch {
  rendered.render(
    <main className="sign-in">
      <h1>Cruddur Messages</h1>
      <p role="alert">The server cannot be reached. Check your connection, then load the page again.</p>
    </main>,
  );
}
