import assert from 'node:assert/strict';
import { createSlotTokens } from '../../src/index.js';

describe('slot tokens', () => {
  it('are granted in FIFO order up to their number, and released once', async () => {
    const tokens = createSlotTokens(1);
    const order: string[] = [];
    const first = await tokens.acquire();
    const second = tokens.acquire().then((token) => (order.push('second'), token));
    const third = tokens.acquire().then((token) => (order.push('third'), token));
    assert.equal(tokens.waiting, 2);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    assert.deepEqual(order, ['second', 'third']);
    assert.equal(tokens.waiting, 0);
  });

  it('are not lost when a waiter aborts', async () => {
    const tokens = createSlotTokens(1);
    const controller = new AbortController();
    const held = await tokens.acquire();
    const waiting = tokens.acquire(controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    held[Symbol.dispose]();
    await tokens.acquire();
  });
});
