import { Refusal } from '../refusal.js';
import type { Route } from '../route.js';
import type { Service } from '../service.js';

const status = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } } as const;

/** Whether the process lives, and whether it takes requests. */
export const health = (service: Service): Route[] => [
  {
    method: 'GET',
    path: '/livez',
    summary: 'whether the process answers',
    open: true,
    response: status,
    handle: () => ({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    summary: 'whether requests are welcome: 503 while it stops',
    open: true,
    response: status,
    handle: () => ready(service),
  },
];

/** Throws a refusal (503) while the service stops. */
export function ready({ hosting }: Service) {
  if (!hosting.ready) throw new Refusal(503, 'the service is stopping', 1);
  return { status: 'ok' };
}
