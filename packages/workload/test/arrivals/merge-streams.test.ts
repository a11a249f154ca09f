import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeStreams } from '../../src/index.js';

const merge = (streams: readonly Iterable<number>[]): readonly (readonly [ms: number, stream: number])[] =>
  Array.from(mergeStreams(streams), ({ ms, stream }) => [ms, stream]);

describe('mergeStreams', () => {
  it('returns the arrivals of all streams by time, and by stream at equal times', () =>
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 9 }))), (unsorted) => {
        const streams = unsorted.map((times) => times.toSorted((a, b) => a - b));
        const all = streams.flatMap((times, stream) => times.map((ms) => [ms, stream] as const));
        assert.deepEqual(
          merge(streams),
          all.toSorted(([a, i], [b, j]) => a - b || i - j),
        );
      }),
    ));

  it('reads no further than the next arrival of each stream', () => {
    let read = 0;
    function* endless(stepMs: number): Generator<number> {
      for (let ms = 0; ; ms += stepMs, read++) yield ms;
    }
    const merged = mergeStreams([endless(1), endless(10)]);
    for (let index = 0; index < 20; index++) merged.next();
    assert.ok(read <= 20, `${read} times were read`);
  });
});
