import { expect, test } from 'vitest';
import { scriptNames, scriptOf } from '../../src/text/scripts.js';

test.each([
  ['Where is my parcel? Где?', 'Latin'],
  ['Где моя посылка, Amazon?', 'Cyrillic'],
  ['我的订单在哪里？ OK', 'Han'],
  ['这个の牌子挺好的，很满意，下次还会再买', 'Han'],
  ['注文はどこですか', 'Japanese'],
  ['カタカナ', 'Japanese'],
  ['주문은 어디에 있나요 (訂單)', 'Hangul'],
  ['मेरा ऑर्डर कहाँ है?', 'Devanagari'],
  ['สินค้าของฉันอยู่ที่ไหน', 'Thai'],
  ['أين طلبي', 'Arabic'],
  ['𐐨𐐩𐐪 a', 'other'],
  ['𠀀𠀁', 'Han'],
  ['12:30 😀 👩‍👩‍👧 !!!', 'none'],
  ['', 'none'],
  ['\ud800 \udc00', 'none'],
])('%s is written in %s', (text, name) => {
  expect(scriptNames[scriptOf(text)]).toBe(name);
});
