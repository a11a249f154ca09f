import assert from 'node:assert/strict';
import { createWriteQueue } from '../../src/leadership/write-queue.js';
import { createWarmthQueue, type WarmthRequest } from '../../src/rules/warmth-queue.js';

const request = (target: string, warm: boolean): WarmthRequest => ({ tenant: 'default', target, warm });

describe('the queue of load and unload requests', () => {
  let writes: string[];
  let failing: ReadonlySet<string>;
  let operatorWrite: (name: string) => Promise<string>;
  let queue: ReturnType<typeof createWarmthQueue>;

  beforeEach(() => {
    writes = [];
    failing = new Set();
    const runExclusive = createWriteQueue();
    const write = async (name: string): Promise<string> => {
      await Promise.resolve();
      if (failing.has(name)) throw new Error(`cannot ${name}`);
      writes.push(name);
      return name;
    };
    operatorWrite = (name) => runExclusive('the rules', () => write(name));
    queue = createWarmthQueue(async ({ target, warm }) => {
      await operatorWrite(`${warm ? 'load' : 'unload'} ${target}`);
    }, 3_000);
  });

  it('lets a deny pass a flood of 10,000 requests after at most one write', async () => {
    const flood = Array.from({ length: 10_000 }, (_, i) => queue(request(`m${i % 2_500}`, i % 2 === 0)));
    await Promise.resolve();
    await operatorWrite('deny x');
    assert.ok(writes.indexOf('deny x') <= 1, `${writes.indexOf('deny x')} writes came first`);
    await Promise.all(flood);
    assert.equal(writes.length, 2_501);
  });

  it('lets each of many writes of operators pass after at most one request', async () => {
    const flood = Array.from({ length: 1_000 }, (_, i) => queue(request(`m${i}`, true)));
    for (let i = 0; i < 10; i++) {
      const before = writes.length;
      await operatorWrite(`deny ${i}`);
      assert.ok(writes.length - before <= 2);
    }
    await Promise.all(flood);
  });

  it('writes equal requests once, and only the last of different ones', async () => {
    await Promise.all([true, true, false, true, false, false].map((warm) => queue(request('a', warm))));
    assert.deepEqual(writes, ['unload a']);
    await Promise.all([queue(request('a', false)), queue(request('b', true)), queue(request('a', true))]);
    assert.deepEqual(writes.slice(1), ['load a', 'load b']);
  });

  it('writes the earlier request if the last one fails', async () => {
    failing = new Set(['load a', 'load b', 'unload b']);
    const results = await Promise.allSettled([
      ...[queue(request('a', false)), queue(request('a', true))],
      ...[queue(request('b', true)), queue(request('b', false))],
      queue(request('c', true)),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? 'written' : (result.reason as Error).message)),
      ['written', 'cannot load a', 'cannot load b', 'cannot unload b', 'written'],
    );
    assert.deepEqual(writes, ['unload a', 'load c']);
  });

  it('rejects requests for more targets than its limit, with advice', async () => {
    const flood = Array.from({ length: 3_000 }, (_, i) => queue(request(`m${i}`, true)));
    await assert.rejects(queue(request('other', true)), {
      code: 'resource-exhausted',
      message: /^load and unload requests for 3000 models are already waiting.*retry in a few seconds$/,
    });
    const again = queue(request('m7', true));
    await Promise.all([...flood, again]);
    await queue(request('other', true));
    assert.equal(writes.length, 3_001);
  });
});
