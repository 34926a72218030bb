import { z } from 'zod';
import { readConfig } from '../../src/config.ts';
import { startService } from '../../src/service.ts';
import { bufferedOutput } from '../../src/telemetry/logger.ts';
import { announce, counted, given } from './serve.ts';

const requestLine = z.object({ dynamodbCalls: z.int(), sqlStatements: z.int() });

const output = bufferedOutput();
let lastLine = '{}';
const logOutput = {
  write(line: string) {
    lastLine = line;
    output.write(line);
  },
};

/** As it runs in production, but for the issuer, which here is on http. */
const service = await startService(
  { ...readConfig(process.env), production: true, introspection: false },
  { logOutput, overloadLimits: given().overloadLimits ?? {} },
);
// Its log says what a request took; a line is parsed only when somebody asks, which costs the requests nothing.
announce(service, () => Object.assign(counted, requestLine.safeParse(JSON.parse(lastLine)).data));
