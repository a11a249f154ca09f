import assert from 'node:assert/strict';
import { createByteBudget } from '../../../src/http/body/byte-budget.js';

describe('the budget of large bodies', () => {
  it('is shared, given back, and not for small ones', () => {
    const budget = createByteBudget(1_000_000);
    const first = budget.reserve();
    const second = budget.reserve();
    assert.ok(first.take(600_000));
    assert.ok(second.take(300_000));
    assert.ok(!second.take(200_000));
    assert.ok(budget.reserve().take(1000), 'small ones are always taken');
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    assert.ok(budget.reserve().take(400_000));
    first[Symbol.dispose]();
    assert.ok(budget.reserve().take(600_000));
  });
});
