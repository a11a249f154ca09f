import assert from 'node:assert/strict';
import { CallCancellation } from '../../src/calls/cancellation.js';

describe('a cancellation', () => {
  it('calls its listeners once, except removed ones', () => {
    const cancellation = new CallCancellation();
    const heard: string[] = [];
    const removed = (): void => void heard.push('removed');
    cancellation.addEventListener('abort', removed);
    cancellation.addEventListener('abort', () => heard.push(`first, ${String(cancellation.reason)}`));
    cancellation.addEventListener('abort', () => heard.push('second'));
    cancellation.removeEventListener('abort', removed);
    assert.equal(cancellation.aborted, false);
    cancellation.abort('why');
    cancellation.abort('again');
    assert.deepEqual(heard, ['first, why', 'second']);
    assert.equal(cancellation.aborted, true);
  });

  it('aborts its signal, before and after the signal is used', () => {
    const before = new CallCancellation();
    const { signal } = before;
    before.abort('why');
    const after = new CallCancellation();
    after.abort('why');
    for (const each of [signal, after.signal]) assert.deepEqual([each.aborted, each.reason], [true, 'why']);
    assert.equal(before.signal, signal);
  });
});
