/** What the server tells the client: `GET /config.json`. */
export interface Config {
  /** The user pool's API. */
  cognitoEndpoint: string;
  clientId: string;
  /** People to sign in as with one click; none in production. */
  demoUsers: { handle: string; displayName: string; email: string; password: string }[];
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return (await response.json()) as Config;
}
