import assert from 'node:assert/strict';
import { charactersOf, textWidth } from '../src/text-width.js';

describe('textWidth', () => {
  const widths: readonly (readonly [text: string, columns: number])[] = [
    ['≤ 50 ms → é ○ █', 15],
    ['数字', 4],
    ['é', 1],
    ['\x1b[32mab\x1b[39m', 2],
    ['a​b', 2],
    ['👩‍🔬', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['한글', 4],
    ['', 0],
  ];
  for (const [text, columns] of widths) {
    it(`is ${columns} for ${JSON.stringify(text)}`, () => assert.equal(textWidth(text), columns));
  }
});

describe('charactersOf', () => {
  it('keeps accents and emoji whole', () => assert.deepEqual(charactersOf('aé👩‍🔬'), ['a', 'é', '👩‍🔬']));
});
