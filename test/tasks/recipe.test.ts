import { expect, test } from 'vitest';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { DecidingTexts, decide, isDecided } from '../../src/tasks/recipe.js';
import { train } from '../../src/tasks/train.js';
import { temporaryFolder } from '../support/temp.js';

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

test('enough of the first texts decide, whatever follows', () => {
  const deciding = new DecidingTexts();
  const long = '환불은 '.repeat(10_000);
  for (const text of ['a', long, long, 'much more English than that '.repeat(10_000)]) deciding.add(text);
  expect(deciding.texts).toEqual(['a', long, long]);
  expect(deciding.enough).toBe(true);
});

test('texts of a test set decide nothing', async () => {
  const folder = temporaryFolder();
  const csv = (name: string, texts: string[]) =>
    folder.file(
      name,
      `text,label\n${texts.map((text, i) => `${text},${i % 2 ? 'yes' : 'no'}`).join('\n')}\n`,
    );
  const english = csv('english.csv', ['one fine day', 'no more rain', 'sun and wind', 'snow again']);
  const korean = csv('korean.csv', Array<string>(200).fill('환불은 언제 되나요'));
  const trained = (data: string, test: string) =>
    train({ data: [data], test: [test], store: folder.path, settings: resolveSettings({}) });
  expect((await trained(english, korean)).terms).toEqual({ analyzer: 'word', ngramRange: [1, 2] });
  expect((await trained(korean, english)).terms).toEqual({ analyzer: 'char', ngramRange: [1, 3] });
});

test('what is left to the data contradicts nothing', () => {
  const autos = { analyzer: 'auto', ngramRange: 'auto', C: 'auto' };
  expect(resolveSettings({ vectorizer: 'embedding', embeddings: 'x', ...autos })).toMatchObject({
    analyzer: 'word',
    ngramRange: [1, 1],
  });
  expect(resolveSettings({ model: 'lstm', ...autos }).ngramRange).toEqual([1, 1]);
  expect(resolveSettings({ model: 'dense', ...autos }, 'sklearn').model).toBe('dense');
});
