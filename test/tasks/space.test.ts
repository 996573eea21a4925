import { expect, test } from 'vitest';
import { decide } from '../../src/tasks/recipe.js';
import { type Candidate, candidates, parseSpace, type SpaceOptions } from '../../src/tasks/tuning/space.js';

const options: SpaceOptions = {
  given: {},
  preset: undefined,
  models: undefined,
  space: undefined,
  macro: false,
  decide: (settings) => decide(settings, []),
  seed: 42,
};

const first = (count: number, more: Partial<SpaceOptions> = {}): Candidate[] => {
  const found: Candidate[] = [];
  for (const candidate of candidates({ ...options, ...more })) {
    found.push(candidate);
    if (found.length === count) break;
  }
  return found;
};

test('every recipe is another, the given one is first, and the seed decides the rest', () => {
  const found = first(100);
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(found[0]!.changes).toEqual({});
  expect(new Set(found.map(({ settings }) => JSON.stringify(settings))).size).toBe(100);
  expect(first(100)).toEqual(found);
  expect(first(100, { seed: 7 }).slice(1)).not.toEqual(found.slice(1));
  expect(new Set(found.map(({ settings }) => settings.model))).toEqual(new Set(['logistic', 'nb', 'dense']));
  expect(new Set(found.map(({ settings }) => settings.analyzer))).toEqual(
    new Set(['word', 'char', 'char_wb']),
  );
});

test('what is given is held to, and what contradicts it is left out', () => {
  for (const { settings } of first(40, { given: { stopWords: 'english', sublinearTf: true } })) {
    expect(settings).toMatchObject({ stopWords: 'english', sublinearTf: true, analyzer: 'word' });
  }
  for (const { settings } of first(40, { given: { model: 'bag' } })) expect(settings.model).toBe('bag');
  for (const { settings } of first(40, { given: { vectorizer: 'hashing' } })) {
    expect(settings).toMatchObject({ vectorizer: 'hashing', minDf: 1 });
  }
  const space = parseSpace({ vectorizer: ['tfidf', 'sequence'], model: ['logistic', 'cnn'] });
  expect(
    first(9, { space })
      .map(({ settings }) => `${settings.vectorizer} ${settings.model}`)
      .sort(),
  ).toEqual(['sequence cnn', 'tfidf logistic']);
  // a model without settings has few recipes, and they end
  expect(first(500, { models: ['majority'], space: { model: ['majority'] } })).toHaveLength(1);
});

test('changes are those that make a difference', () => {
  const found = first(30, { space: parseSpace({ model: ['logistic', 'nb'], C: [10, 1], alpha: [1, 0.5] }) });
  expect(found.map(({ changes }) => JSON.stringify(changes)).sort()).toEqual([
    '{"C":10}',
    '{"C":1}',
    '{"model":"nb","alpha":0.5}',
    '{"model":"nb"}',
    '{}',
  ]);
});

test('ranges are drawn from, by logarithm or not, and whole where they must be', () => {
  const space = parseSpace({ C: { from: 0.01, to: 100, log: true }, minDf: { from: 1, to: 9 } });
  const found = first(200, { space }).slice(1);
  const below = found.filter(({ settings }) => Number(settings.C) < 1).length;
  expect(below).toBeGreaterThan(70);
  expect(below).toBeLessThan(130);
  for (const { settings } of found) {
    expect(settings.C).toBeGreaterThanOrEqual(0.01);
    expect(settings.C).toBeLessThanOrEqual(100);
    expect(Number.isInteger(settings.minDf)).toBe(true);
  }
});

test('a large grid is drawn from', () => {
  const many = Array.from({ length: 100 }, (_, i) => i + 1);
  const space = parseSpace({ C: many, minDf: many });
  expect(first(300, { space })).toHaveLength(300);
});
