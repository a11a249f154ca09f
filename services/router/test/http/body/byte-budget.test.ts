import assert from 'node:assert/strict';
import { createByteBudget } from '../../../src/http/body/byte-budget.js';

describe('the byte budget', () => {
  it('limits large reservations together, and ignores small ones', () => {
    const budget = createByteBudget(1_000_000);
    const first = budget.reserve();
    const second = budget.reserve();
    assert.ok(first.take(600_000));
    assert.ok(second.take(300_000));
    assert.ok(!second.take(200_000));
    assert.ok(budget.reserve().take(1000), 'small reservations always succeed');
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    assert.ok(budget.reserve().take(400_000));
    first[Symbol.dispose]();
    assert.ok(budget.reserve().take(600_000));
  });
});
