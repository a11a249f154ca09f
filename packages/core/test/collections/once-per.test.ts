// The results of `oncePer`, one for each object.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { oncePer } from '@pareto/core';

describe('oncePer', () => {
  it('computes once for each object, whatever its fields are', () => {
    let calls = 0;
    const sum = oncePer((items: readonly number[]) => {
      calls += 1;
      return items.reduce((total, each) => total + each, 0);
    });
    const [one, same] = [
      [1, 2],
      [1, 2],
    ];
    assert.deepEqual([sum(one), sum(one), sum(same), sum(one), calls], [3, 3, 3, 3, 2]);
  });

  it('keeps results that are falsy', () => {
    let calls = 0;
    const isEmpty = oncePer((items: readonly number[]) => {
      calls += 1;
      return items.length === 0;
    });
    const items = [1];
    assert.deepEqual([isEmpty(items), isEmpty(items), calls], [false, false, 1]);
  });
});
