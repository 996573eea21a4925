import { exposition } from '../metrics.js';
import { withRatios } from '../monitoring.js';
import type { Route } from '../route.js';
import type { Service } from '../service.js';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What those who run the service look at. */
export const operations = (service: Service): Route[] => [
  {
    method: 'GET',
    path: '/metrics',
    summary: 'what was counted, for Prometheus',
    type: 'text/plain',
    async handle(_request, reply) {
      reply.header('content-type', TYPE);
      return exposition(withRatios(await service.families()));
    },
  },
];
