import assert from 'node:assert/strict';
import { variantId, type Plan } from '@pareto/core';
import { buildWarmthRule } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { unmetWarmRules, warmthNotices } from '../../src/rules/rule-notices.js';

const unmet = (warmTarget: string | undefined, reason: string): Plan['unmet'][number] => ({
  ...{ variant: variantId('a:fp16'), source: 'warmth', cause: 'memory' },
  reason,
  ...(warmTarget !== undefined && { warmTarget }),
});

describe('unmetWarmRules', () => {
  it('are found by the target of the need, not by its reason', () => {
    const warmthRules = [
      buildWarmthRule('warm', 'a'),
      buildWarmthRule('cold', 'b'),
      buildWarmthRule('warm', 'c'),
      buildWarmthRule('warm', 'd'),
    ];
    const needs = [unmet('d', 'no memory'), unmet(undefined, 'a is wanted'), unmet('a', 'no slot'), unmet('b', 'no')];
    assert.deepEqual(unmetWarmRules({ warmthRules }, needs), [
      { target: 'a', reason: 'no slot' },
      { target: 'd', reason: 'no memory' },
    ]);
  });
});

describe('warmthNotices', () => {
  it('list five reasons, and count the others', () => {
    const rules = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((target) => ({ target, reason: `no slot for ${target}` }));
    assert.deepEqual(warmthNotices(rules.slice(0, 2)), ['no slot for a', 'no slot for b']);
    const notices = warmthNotices(rules);
    assert.deepEqual([notices.length, notices[4]], [6, 'no slot for e']);
    assert.match(notices[5] ?? '', /^2 more /);
  });
});
