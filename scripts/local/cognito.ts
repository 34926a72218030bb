import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from './freePort.ts';
import { type LocalPart, partOf } from './process.ts';

export interface CognitoOptions {
  /** 0: any free port. */
  port: number;
  /** Where the user pool is kept. */
  dataDir: string;
}

/** Starts the Cognito emulator, cognito-local. It answers on return, on the host that its tokens name as issuer. */
export async function startCognito({ port, dataDir }: CognitoOptions): Promise<LocalPart> {
  const listenOn = await freePort('cognito-local', port, 'LOCAL_COGNITO_PORT');
  mkdirSync(dataDir, { recursive: true });
  const program = fileURLToPath(new URL('./cognito-server.js', import.meta.url));
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(listenOn),
    AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
  };
  const child = fork(program, {
    cwd: dataDir,
    env,
    // Ctrl-C must not reach it before the API has finished its requests.
    detached: true,
    execArgv: [],
    silent: true,
  });
  const url = `http://127.0.0.1:${listenOn}`;
  return partOf(
    {
      name: 'cognito-local',
      child,
      end: () => {
        child.disconnect();
      },
    },
    url,
    async () => {
      const { status } = await fetch(`${url}/health`);
      return status > 0;
    },
  );
}
