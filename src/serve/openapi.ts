import { version } from '../version.js';
import type { Route, Schema } from './route.js';
import { failure } from './schemas.js';

/** The OpenAPI 3.1 document of routes: their schemas are those that requests are checked by. */
export function openapi(routes: readonly Route[], { keys }: { keys: boolean }): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    if (route.hidden) continue;
    const at = paths[route.path] ?? {};
    paths[route.path] = at;
    at[route.method.toLowerCase()] = operation(route, keys);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'maas', version, description: 'Text classification.' },
    paths,
    components: {
      schemas: { Failure: failure },
      ...(keys && { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

function operation(route: Route, keys: boolean): Schema {
  const {
    summary,
    path,
    body,
    bodyTypes = ['application/json'],
    response,
    type = 'application/json',
  } = route;
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  const contentOf = (media: string) => [
    media,
    { schema: media === 'application/json' ? body : { type: 'string' } },
  ];
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: Object.fromEntries(bodyTypes.map(contentOf)) },
    }),
    responses: {
      200: {
        description: 'the answer',
        content: { [type]: { schema: response ?? { type: 'string' } } },
      },
      default: {
        description: 'a sentence of what was expected and found',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
      },
    },
    ...(keys && !route.open && { security: [{ key: [] }] }),
  };
}
