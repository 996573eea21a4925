import { openapi } from './openapi.js';
import { health } from './protocols/health.js';
import { type HostRoutes, invocations } from './protocols/invocations.js';
import { operations } from './protocols/operations.js';
import { own } from './protocols/own.js';
import { page } from './protocols/page.js';
import { tensorflow } from './protocols/tensorflow.js';
import { v2 } from './protocols/v2.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/** Every route of the service, and the one that describes them. */
export function routesOf(
  service: Service,
  { hostRoutes = [], keys }: { hostRoutes?: readonly HostRoutes[]; keys: boolean },
): Route[] {
  const all = [own, v2, tensorflow, health, operations, page].flatMap((protocol) => protocol(service));
  all.push(...invocations(service, hostRoutes));
  // a host may name a path that is there already, which then speaks as that host does
  const byPath = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));
  const routes = [...byPath.values()];
  const document = JSON.stringify(openapi(routes, { keys }));
  return [
    ...routes,
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'this document',
      open: true,
      hidden: true,
      handle: (_request, reply) => {
        reply.header('content-type', 'application/json; charset=utf-8');
        return document;
      },
    },
  ];
}
