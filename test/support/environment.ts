/** Where the parts are that the global setup started. */
export function dynamodbEndpoint(): string {
  return variable('TEST_DYNAMODB_ENDPOINT');
}

export function databaseUrl(): string {
  return variable('TEST_DATABASE');
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The global setup did not set ${name}`);
  return value;
}
