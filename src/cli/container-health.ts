import { portOfHost } from './host-environment.js';

// The health check of an exported container, which holds nothing else that could ask.
const url = `http://127.0.0.1:${portOfHost(process.env) ?? 8080}/readyz`;
const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
