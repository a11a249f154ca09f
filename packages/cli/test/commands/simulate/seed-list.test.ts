import assert from 'node:assert/strict';
import { parseSeeds } from '../../../src/commands/simulate/seed-list.js';

describe('parseSeeds', () => {
  it('reads a number of seeds, lists and ranges', () => {
    assert.deepEqual(parseSeeds('3'), [1, 2, 3]);
    assert.deepEqual(parseSeeds('7-7'), [7]);
    assert.deepEqual(parseSeeds('9, 0,9'), [9, 0]);
    assert.deepEqual(parseSeeds('101-103,4294967295'), [101, 102, 103, 4294967295]);
  });

  for (const text of ['', '0', '-1', '1.5', '1e9', 'NaN', '5-3', '1,', '1-2-3', '0-4294967295', '4294967296,1', '1001'])
    it(`rejects ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseSeeds(text), /Expected a number of seeds from 1 to 1000, or a list/));
});
