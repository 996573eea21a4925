import { expect, test } from 'vitest';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { decide, isDecided } from '../../src/tasks/recipe.js';

const termsOf = (text: string, given: Record<string, unknown> = {}) => {
  const { analyzer, ngramRange } = decide(resolveSettings(given), [text]);
  return [analyzer, ngramRange];
};

test('words where a script has words between its spaces, characters where it has not', () => {
  expect(termsOf('my card was charged twice')).toEqual(['word', [1, 2]]);
  expect(termsOf('退款什么时候到账')).toEqual(['word', [1, 2]]);
  expect(termsOf('मेरा पैसा कब मिलेगा')).toEqual(['word', [1, 2]]);
  expect(termsOf('환불은 언제 되나요')).toEqual(['char', [1, 3]]);
  expect(termsOf('เมื่อไหร่จะได้เงินคืน')).toEqual(['char', [1, 3]]);
  expect(termsOf('환불 refund please, I ordered the wrong one')).toEqual(['word', [1, 2]]);
  expect(termsOf('12345 !!')).toEqual(['word', [1, 2]]);
  expect(decide(resolveSettings({}), [])).toMatchObject({ analyzer: 'word', ngramRange: [1, 2] });
});

test('what is asked for stays', () => {
  expect(termsOf('환불은 언제 되나요', { analyzer: 'word' })).toEqual(['word', [1, 2]]);
  expect(termsOf('my card', { analyzer: 'char_wb' })).toEqual(['char_wb', [2, 5]]);
  expect(termsOf('my card', { ngramRange: '1,1' })).toEqual(['word', [1, 1]]);
  expect(termsOf('환불은', { ngramRange: '2,4' })).toEqual(['char', [2, 4]]);
  // stop words and stems are of words
  expect(termsOf('환불은', { stopWords: 'english' })).toEqual(['word', [1, 2]]);
  expect(isDecided(resolveSettings({}))).toBe(false);
  expect(isDecided(resolveSettings({}, 'sklearn'))).toBe(true);
  expect(decide(presets.sklearn, ['환불은'])).toEqual(presets.sklearn);
});
