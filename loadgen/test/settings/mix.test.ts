import assert from 'node:assert/strict';
import { parseMix } from '../../src/settings/mix.js';

describe('parseMix', () => {
  const classes = (text: string): readonly unknown[] =>
    parseMix(text).map(({ latencyMs, weight }) => [latencyMs, weight]);

  it('parses latencies with optional weights', () => {
    assert.deepEqual(classes('60:1,400:3'), [
      [60, 1],
      [400, 3],
    ]);
    assert.deepEqual(classes('60, 12.5:0.5'), [
      [60, 1],
      [12.5, 0.5],
    ]);
  });

  const invalid = ['60,', '0', '-60', 'fast', '60:', '60:0', '60:-1', '60:1:2', ':1', '60:Infinity'];
  for (const text of invalid)
    it(`rejects "${text}"`, () =>
      assert.throws(() => parseMix(text), /is not a latency in ms with an optional weight/));

  it('rejects a latency that appears twice', () =>
    assert.throws(() => parseMix('60:1,60.0:2'), /60 ms appears twice; add up the weights/));
});
