import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import {
  noHeadroom,
  observeHeadroom,
  type Headroom,
  type HeadroomParams,
  type ObservedMisses,
} from '../../src/forecast/headroom.js';

const limits = { maxMissedShare: 0.5, maxPart: 1.5, leastPerSecond: 5, maxSpanMs: milliseconds(5_000) };
const params: HeadroomParams = { missedShare: 0.01, gain: 1, ...limits };

/** Returns the part of a class after seconds with these misses. */
function after(seconds: number, misses: ObservedMisses, before: Headroom = noHeadroom, stepMs = 1_000): Headroom {
  const start = before.at ?? 0;
  let state = before;
  for (let ms = 0; ms <= seconds * 1_000; ms += stepMs)
    state = observeHeadroom(state, new Map([['a', misses]]), params, milliseconds(start + ms));
  return state;
}
const partOf = ({ parts }: Headroom): number => Number((parts.get('a') ?? 0).toFixed(6));

const missing = (missedPerSecond: number, itemsPerSecond = 100): ObservedMisses => ({
  itemsPerSecond,
  missedPerSecond,
});

describe('headroom', () => {
  it('grows with the share of missed items beyond the one that may be missed', () => {
    assert.equal(partOf(after(5, missing(1))), 0);
    assert.equal(partOf(after(5, missing(11))), 0.5);
    assert.equal(partOf(after(5, missing(11), noHeadroom, 500)), 0.5, 'however often it is observed');
    assert.equal(partOf(after(60, missing(100))), 1.5);
    assert.equal(partOf(after(2, missing(100))), 0.98, 'more than half of them counts as half');
  });

  it('falls without missed items, and ends', () => {
    const grown = after(5, missing(11));
    assert.equal(partOf(after(10, missing(0), grown)), 0.4);
    assert.equal(after(60, missing(0), grown).parts.size, 0);
    const vanished = observeHeadroom(grown, new Map(), params, milliseconds(10_000));
    assert.equal(partOf(vanished), 0.45);
  });

  it('grows less for a class of few queries', () => {
    assert.equal(partOf(after(5, missing(0.5, 0.5))), 0.45);
  });

  it('counts a time without turns as the longest span, and a clock that goes back as none', () => {
    const start = after(0, missing(100));
    const late = observeHeadroom(start, new Map([['a', missing(11)]]), params, milliseconds(60_000));
    assert.equal(partOf(late), 0.5);
    const back = observeHeadroom(late, new Map([['a', missing(100)]]), params, milliseconds(1_000));
    assert.equal(partOf(back), 0.5);
  });
});
