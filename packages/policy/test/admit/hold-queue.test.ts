import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHoldQueue, type HeldEntry } from '../../src/index.js';

const held = (handle: string, group: string, dueAt: number, priority = Infinity): HeldEntry<string> => ({
  ...{ handle, group, dueAt, priority, bytes: 10 },
});

function filled(...entries: readonly HeldEntry<string>[]) {
  const queue = createHoldQueue<string>();
  for (const entry of entries) queue.enter(entry);
  return queue;
}

describe('the hold queue', () => {
  it('resumes by priority and then by due time, until queries must stay', () => {
    const queue = filled(held('a', 'g', 30), held('b', 'g', 10), held('c', 'h', 20), held('d', 'h', 40, 1));
    const order: string[] = [];
    queue.resume((handle) => order.push(handle) < 4, Infinity);
    assert.deepEqual(order, ['d', 'b', 'c', 'a']);
    assert.deepEqual(queue.usage, { count: 1, bytes: 10 });
  });

  it('skips the group of a query that must stay, and stops after some groups', () => {
    const queue = filled(held('a', 'g', 1), held('b', 'g', 2), held('c', 'h', 3), held('d', 'i', 4), held('e', 'j', 5));
    const order: string[] = [];
    const stay = (handle: string): boolean => {
      order.push(handle);
      return false;
    };
    queue.resume(stay, 3);
    assert.deepEqual(order, ['a', 'c', 'd']);
    assert.equal(queue.usage.count, 5);
  });

  it('decides on one query of a group of 1,024 that all must stay', () => {
    const queue = filled(...Array.from({ length: 1_024 }, (_, index) => held(`${index}`, 'g', index)));
    let decisions = 0;
    queue.resume(() => ++decisions < 0, Infinity);
    assert.equal(decisions, 1);
  });

  it('reads few of 1,024 groups to find those that come first', () => {
    const queue = createHoldQueue<string>();
    let reads = 0;
    for (let index = 0; index < 1_024; index++) {
      const entry = held(`${index}`, `g${index}`, 0);
      queue.enter({
        ...entry,
        get dueAt() {
          reads += 1;
          return (7 * index) % 1_024;
        },
      });
    }
    reads = 0;
    const order: string[] = [];
    queue.resume((handle) => order.push(handle) < 3, 4);
    assert.deepEqual(order.slice(0, 3), ['0', '439', '878']);
    assert.ok(reads < 100, `${reads} reads`);
  });

  it('neither loses nor repeats a query', () => {
    const entries = fc.array(fc.tuple(fc.constantFrom('g', 'h', 'i'), fc.nat(50), fc.constantFrom(1, Infinity)));
    fc.assert(
      fc.property(entries, fc.nat(20), fc.nat(20), (all, resumed, left) => {
        const listed = all.map(([group, dueAt, priority], index) => held(`${index}`, group, dueAt, priority));
        const queue = filled(...listed);
        const gone = new Set(listed.slice(0, left).map(({ handle }) => handle));
        for (const entry of listed.slice(0, left)) queue.leave(entry);
        const ended: string[] = [];
        queue.resume((handle) => ended.length < resumed && ended.push(handle) > 0, Infinity);
        assert.ok(ended.every((handle) => !gone.has(handle)));
        assert.equal(new Set(ended).size, ended.length);
        assert.equal(queue.usage.count, listed.length - gone.size - ended.length);
      }),
    );
  });
});
