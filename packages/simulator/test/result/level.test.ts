import { deepEqual } from 'node:assert/strict';
import { createLevel } from '../../src/result/level.js';

describe('createLevel', () => {
  it('integrates over each step, from the start until the duration ends', () => {
    const level = createLevel(28, 10, 100);
    level.add(1, 50);
    level.add(2, 105);
    level.add(-3, 125);
    level.add(4, 127);
    level.advance(200);
    deepEqual([...level.sums], [5 + 15, 30, 15 + 4]);
  });
});
