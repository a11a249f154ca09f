import assert from 'node:assert/strict';
import {
  heapAllocated,
  javascriptCounts,
  placeCounts,
  systemCallCounts,
  usageCounts,
  type Count,
  type Usage,
} from '../../profiling/counts.js';

const usage: Usage = {
  ...{ cpuUs: 1_000, switches: 20, heapBytesBefore: 100, heapBytesAfter: 150 },
  collections: [
    { tookUs: 30, heapBytesBefore: 400, heapBytesAfter: 50 },
    { tookUs: 10, heapBytesBefore: 250, heapBytesAfter: 120 },
  ],
};

const find = (counts: readonly Count[], wanted: string): number | undefined =>
  counts.find(({ name }) => name === wanted)?.value;

describe('heapAllocated', () => {
  it('adds up what was allocated between the collections', () => {
    assert.equal(heapAllocated(usage), 300 + 200 + 30);
  });

  it('returns the growth of the heap if nothing was collected', () => {
    assert.equal(heapAllocated({ ...usage, collections: [] }), 50);
  });
});

describe('usageCounts', () => {
  it('adds up the processes and divides by the requests', () => {
    const counts = usageCounts(
      [
        { ...usage, reads: 5 },
        { ...usage, reads: 15 },
      ],
      10,
    );
    assert.equal(find(counts, 'CPU time'), 200);
    assert.equal(find(counts, 'garbage collections'), 0.4);
    assert.equal(find(counts, 'time of garbage collections'), 8);
    assert.equal(find(counts, 'reads'), 2);
  });

  it('has no value where the system does not count', () => {
    assert.ok(Number.isNaN(find(usageCounts([usage], 10), 'reads')));
  });
});

describe('javascriptCounts', () => {
  it('counts types without a row of their own together', () => {
    const resources = { PROMISE: 40, TickObject: 20, Microtask: 3, PendingRequest: 1 };
    const counts = javascriptCounts([{ buffers: 6, bufferBytes: 600, copies: 4, copiedBytes: 80, resources }], 2);
    assert.equal(find(counts, 'promises'), 20);
    assert.equal(find(counts, 'timers'), 0);
    assert.equal(find(counts, 'other asynchronous resources'), 2);
    assert.equal(find(counts, 'data copied'), 40);
  });
});

describe('systemCallCounts', () => {
  it('lists frequent calls below the sum of all', () => {
    const counts = systemCallCounts({ read: 10, madvise: 1, futex: 40 }, 100);
    const rows = counts.map(({ name, value }) => [name, value]);
    assert.deepEqual(rows, [
      ['system calls', 0.51],
      ['system calls: futex', 0.4],
      ['system calls: read', 0.1],
    ]);
  });
});

describe('placeCounts', () => {
  it('are shares', () => {
    assert.deepEqual(placeCounts({ kernel: 12 }), [{ name: 'CPU time in kernel', value: 12, unit: '%' }]);
  });
});
