import type { ApolloServerPlugin, GraphQLServerContext } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';

const FIRST_QUERY = `# Who you are, and your message groups with their newest messages.
query FirstLook {
  me {
    handle
    displayName
  }
  messageGroups(first: 10) {
    edges {
      cursor
      node {
        id
        otherUser {
          handle
          displayName
        }
        lastMessageAt
        lastMessage {
          body
          sender {
            handle
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

/**
 * Apollo Sandbox as the landing page, with a first query. `headersNow` is asked each time the page is opened, so that
 * a token in them has not expired.
 */
export function sandboxPlugin(headersNow: () => Promise<Record<string, string>>): ApolloServerPlugin {
  return {
    serverWillStart: (server: GraphQLServerContext) =>
      Promise.resolve({ renderLandingPage: () => Promise.resolve({ html: () => render(server, headersNow) }) }),
  };
}

async function render(
  server: GraphQLServerContext,
  headersNow: () => Promise<Record<string, string>>,
): Promise<string> {
  const sandbox = ApolloServerPluginLandingPageLocalDefault({
    document: FIRST_QUERY,
    headers: await headersNow(),
    embed: { initialState: { pollForSchemaUpdates: false }, runTelemetry: false },
    footer: false,
  });
  const listener = await sandbox.serverWillStart?.(server);
  const page = await listener?.renderLandingPage?.();
  return typeof page?.html === 'function' ? page.html() : (page?.html ?? '');
}
