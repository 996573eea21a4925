import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Route } from '../route.js';
import type { ServedVersion } from '../served.js';
import { EXPLAINED, type Service } from '../service.js';

const file = (name: string) =>
  readFileSync(new URL(`../../../dist/serve/page/${name}`, import.meta.url), 'utf8');
const hash = (source: string) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;

/** The page with its style and script in it, and the policy that lets it do nothing but ask where it comes from. */
function makePage(): { html: string; policy: string } {
  const [style, script] = [file('page.css'), file('page.js')];
  const html = file('index.html')
    .replace('/* page.css */', () => style)
    .replace('/* page.js */', () => script);
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "connect-src 'self'",
    'img-src data:',
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; ');
  return { html, policy };
}

/** What the model is made of, in a few words. */
function recipeOf({ config }: ServedVersion['manifest']): string {
  const { vectorizer, analyzer, ngramRange, model } = config as Record<string, unknown>;
  const terms = analyzer === 'word' ? 'words' : 'characters';
  const range = Array.isArray(ngramRange) && ngramRange[1] > 1 ? ` (${ngramRange.join(' to ')})` : '';
  return vectorizer === 'tfidf' ? `${model} on tf-idf of ${terms}${range}` : `${model} on ${vectorizer}`;
}

const cardOf = (version: ServedVersion, aliases: Record<string, number>) => {
  const { manifest, labels, reference, model } = version;
  const { created, rows, features, metrics } = manifest;
  return {
    ...{ model, version: version.version, reference },
    aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version.version),
    ...{ classes: labels, created, rows, features, recipe: recipeOf(manifest), metrics },
    limits: { explained: EXPLAINED },
  };
};

const cards = {
  type: 'object',
  properties: { models: { type: 'array', items: { type: 'object', additionalProperties: true } } },
} as const;

/** A page to try the models on, and what it needs to know of them. */
export function page({ hosting }: Service): Route[] {
  let made: ReturnType<typeof makePage> | undefined;
  return [
    {
      method: 'GET',
      path: '/',
      summary: 'a page to try the models on',
      open: true,
      hidden: true,
      handle(_request, reply) {
        made ??= makePage();
        reply.headers({
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': made.policy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-cache',
        });
        return made.html;
      },
    },
    {
      method: 'GET',
      path: '/models',
      summary: 'the versions that are served, what each was trained on and how well it did',
      response: cards,
      handle: () => ({
        // what answers first where several versions of a model are served
        models: hosting.models.flatMap(({ current, versions, aliases }) =>
          [current, ...versions.filter((version) => version !== current)].map((version) =>
            cardOf(version, aliases),
          ),
        ),
      }),
    },
  ];
}
