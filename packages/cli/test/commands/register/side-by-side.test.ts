import assert from 'node:assert/strict';
import { sideBySide } from '../../../src/commands/register/side-by-side.js';

interface Running {
  readonly item: string;
  readonly onEvent: (event: string) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

describe('work that runs side by side', () => {
  let running: Running[];
  let events: string[];
  beforeEach(() => ([running, events] = [[], []]));

  const start = (items: readonly string[], atOnce: number): Promise<readonly string[]> =>
    sideBySide<string, string, string>(items, {
      work: (item, onEvent) =>
        new Promise<string>((resolve, reject) => {
          running.push({ item, onEvent, end: () => resolve(item.toUpperCase()), fail: reject });
        }),
      ...{ atOnce, onEvent: (event) => void events.push(event), isLive: (event) => event.startsWith('live') },
    });
  const at = (item: string): Running => running.find((one) => one.item === item) ?? assert.fail(`${item} is not begun`);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is bounded, and passes events on in the order of the items', async () => {
    const all = start(['a', 'b', 'c'], 2);
    at('b').onEvent('b1');
    at('b').onEvent('live b');
    at('a').onEvent('a1');
    at('b').end();
    await settle();
    at('c').onEvent('c1');
    assert.deepEqual(events, ['live b', 'a1']);
    at('a').onEvent('a2');
    at('a').end();
    await settle();
    assert.deepEqual(events, ['live b', 'a1', 'a2', 'b1', 'c1']);
    at('c').onEvent('c2');
    at('c').end();
    assert.deepEqual(await all, ['A', 'B', 'C']);
    assert.equal(events.at(-1), 'c2');
    assert.equal(running.length, 3);
  });

  it('begins nothing more after an error, and waits for what has begun', async () => {
    const all = start(['a', 'b', 'c'], 2);
    at('b').fail(new Error('no b'));
    await settle();
    at('a').onEvent('a1');
    at('a').end();
    await assert.rejects(all, /no b/);
    assert.deepEqual([events, running.length], [['a1'], 2]);
  });
});
