import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TermTable } from '../../src/features/term-table.js';

test('numbers strings like a Map, whatever they hold', () => {
  const term = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('constructor', '__proto__', '', '\ud800', '\udc00', 'a'.repeat(10_000)),
  );
  fc.assert(
    fc.property(fc.array(term, { maxLength: 300 }), (terms) => {
      const table = new TermTable();
      const map = new Map<string, number>();
      for (const each of terms) {
        if (!map.has(each)) map.set(each, map.size);
        expect(table.intern(each)).toBe(map.get(each));
      }
      expect(table.size).toBe(map.size);
      for (const [each, id] of map) expect(table.term(id)).toBe(each);
    }),
  );
});

test('grows', () => {
  const table = new TermTable();
  for (let i = 0; i < 200_000; i++) table.intern(`term ${i}`);
  for (let i = 0; i < 200_000; i += 997) expect(table.intern(`term ${i}`)).toBe(i);
  expect(table.size).toBe(200_000);
});
