import { readConfig } from '../../src/config.ts';
import { startService } from '../../src/service.ts';
import { announce } from './serve.ts';

/** As it runs in production, but for the issuer, which here is on http. */
const service = await startService({ ...readConfig(process.env), production: true, introspection: false });
announce(service);
