import assert from 'node:assert/strict';
import { createFlameRenderer, encodeFlame } from '../../profiling/flame-page.js';
import type { Flame } from '../../profiling/flame.js';

const flame = (name: string, total: number, children: readonly Flame[] = []): Flame => ({
  ...{ frame: { name, at: 'a.ts:1', kind: 'node' }, self: total, total, children },
});

describe('encodeFlame', () => {
  it('lists each frame once', () => {
    const root = flame('router', 3, [flame('emit', 2, [flame('write', 1)]), flame('write', 1)]);
    assert.deepEqual(encodeFlame(root), {
      frames: [
        ['router', 'a.ts:1', 2],
        ['emit', 'a.ts:1', 2],
        ['write', 'a.ts:1', 2],
      ],
      root: [
        0,
        3,
        [
          [1, 2, [[2, 1]]],
          [2, 1],
        ],
      ],
    });
  });
});

describe('createFlameRenderer', () => {
  it('renders a page that loads nothing and whose data cannot end its script', async () => {
    const render = await createFlameRenderer();
    const page = render({ title: 'router', text: '', unit: 'µs', flame: flame('</script><b>', 1) });
    assert.equal(page.match(/<\/script>/g)?.length, 2);
    assert.doesNotMatch(page, /<(link|img|script src)|@import|url\(/);
    assert.ok(page.length < 200_000, `${page.length} bytes`);
  });
});
