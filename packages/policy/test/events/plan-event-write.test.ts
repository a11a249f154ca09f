import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  defaultEventLogParams,
  eventWriteDelayMs,
  planEventWrite,
  type EventChunk,
  type LoggedEntry,
} from '../../src/index.js';

const now = 1e12;
const params = { ...defaultEventLogParams, maxEvents: 10, maxAgeMs: 1_000, maxChunks: 5, maxChunkBytes: 40 };
const entries = (...keys: readonly string[]): readonly LoggedEntry[] =>
  keys.map((key) => ({ key, bytes: 10, isRepeat: false }));
const keysOf = (chunk: readonly LoggedEntry[] | undefined): string => (chunk ?? []).map(({ key }) => key).join('');
const chunk = (count: number, ageMs = 0): EventChunk => ({ count, newestWallMs: now - ageMs });

describe('planEventWrite', () => {
  it('extends the last chunk until it is full, and then adds chunks', () => {
    const first = planEventWrite([], [], entries('a', 'b', 'c', 'd', 'e'), now, params);
    assert.deepEqual([first.last, first.added.map(keysOf), first.taken], [undefined, ['abcd', 'e'], 5]);
    const second = planEventWrite([chunk(4), chunk(1)], entries('e'), entries('f', 'g', 'h', 'i'), now, params);
    assert.deepEqual([keysOf(second.last), second.added.map(keysOf)], ['efgh', ['i']]);
    const none = planEventWrite([chunk(1)], entries('e'), [], now, params);
    assert.deepEqual(none, { last: undefined, added: [], taken: 0, dropped: 0 });
  });

  it('replaces the previous occurrence by a repeat', () => {
    const next = entries('b', 'e').map((entry) => ({ ...entry, isRepeat: true }));
    const { last, added } = planEventWrite([chunk(4)], entries('b', 'a', 'b', 'd'), next, now, params);
    assert.deepEqual([keysOf(last), added.map(keysOf)], ['badb', ['e']]);
    const another = planEventWrite([chunk(2)], entries('b', 'a'), entries('b'), now, params);
    assert.equal(keysOf(another.last), 'bab', 'it happened again, and was not counted');
  });

  it('writes a bounded number of bytes, but at least one entry', () => {
    const small = { ...params, maxWriteBytes: 65 };
    assert.equal(planEventWrite([], [], entries('a', 'b', 'c', 'd'), now, small).taken, 2);
    assert.equal(planEventWrite([], [], [{ key: 'a', bytes: 99, isRepeat: false }], now, small).taken, 1);
  });

  it('drops chunks that have enough newer events, are too old, or are too many', () => {
    const dropped = (stored: readonly EventChunk[], pending = entries('x')): number =>
      planEventWrite(stored, entries('w'), pending, now, params).dropped;
    assert.equal(dropped([chunk(4), chunk(4), chunk(4), chunk(1)]), 0);
    assert.equal(dropped([chunk(4), chunk(4), chunk(5), chunk(1)], entries('p', 'q', 'r', 's')), 1);
    assert.equal(dropped([chunk(1, 1_001), chunk(1, 999), chunk(1)]), 1);
    assert.equal(dropped([chunk(1, 5_000), chunk(1, 4_000)]), 1, 'the last chunk has the last id');
    assert.equal(dropped([chunk(1), chunk(1), chunk(1), chunk(1), chunk(1), chunk(1)]), 1);
  });

  it('keeps the newest events and loses none that it took, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (sizes, batch) => {
        let chunks: LoggedEntry[][] = [];
        const pending = sizes.map((bytes, i): LoggedEntry => ({ key: `${i};`, bytes, isRepeat: false }));
        for (let next = 0; next < pending.length;) {
          const stored = chunks.map(({ length }) => chunk(length));
          const write = planEventWrite(stored, chunks.at(-1) ?? [], pending.slice(next, next + batch), now, params);
          assert.ok(write.taken > 0);
          if (write.last !== undefined) chunks[chunks.length - 1] = [...write.last];
          chunks = [...chunks, ...write.added.map((added) => [...added])].slice(write.dropped);
          next += write.taken;
          const kept = chunks.flat().map(({ key }) => key);
          assert.deepEqual(
            kept,
            pending.slice(next - kept.length, next).map(({ key }) => key),
          );
          assert.ok(kept.length >= Math.min(next, params.maxEvents) || chunks.length >= params.maxChunks);
          assert.ok(chunks.length <= params.maxChunks);
        }
      }),
    );
  });
});

describe('eventWriteDelayMs', () => {
  it('gathers events, and keeps the distance to the previous write', () => {
    assert.deepEqual(
      [Infinity, 300, 950].map((since) => eventWriteDelayMs(since, defaultEventLogParams)),
      [100, 700, 100],
    );
  });
});
