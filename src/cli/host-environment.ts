import { MaasError } from '../errors.js';

/** Variables in which hosts name the port to listen on: Vertex AI, SageMaker, and Knative, Cloud Run and others. */
const PORTS = ['AIP_HTTP_PORT', 'SAGEMAKER_BIND_TO_PORT', 'PORT'] as const;

/** The port that the environment asks for, if it does. Throws `usage` for what is no port. */
export function portOfHost(environment: NodeJS.ProcessEnv): number | undefined {
  const name = PORTS.find((name) => environment[name]);
  if (name === undefined) return undefined;
  const port = Number(environment[name]);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new MaasError('usage', `${name} is "${environment[name]}", expected a port from 1 to 65535`);
}

/** The path that the environment asks for under this name, if it does. Throws `usage` for what is no path. */
export function routeOfHost(
  environment: NodeJS.ProcessEnv,
  name: 'AIP_PREDICT_ROUTE' | 'AIP_HEALTH_ROUTE',
): string | undefined {
  const path = environment[name] || undefined;
  if (path === undefined || path.startsWith('/')) return path;
  throw new MaasError('usage', `${name} is "${path}", expected a path such as /predict`);
}
