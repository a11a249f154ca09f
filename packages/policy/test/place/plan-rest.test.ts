import assert from 'node:assert/strict';
import type { PlanAction } from '@pareto/core';
import { defaultRestParams as params, planRest, type HeldPlan } from '../../src/place/plan-rest.js';
import { replica, worker } from '../support/fixture.js';

const workers = [
  worker('w1', 1_000),
  worker('w2', 1_000, { presence: 'gone' }),
  worker('w3', 1_000, { draining: true }),
];
const idle: HeldPlan = { held: [], replicas: [], workers, actions: [], unmet: [] };

describe('planRest', () => {
  it('rests nine times as long as the turn planned, and at least the minimum', () => {
    assert.deepEqual(
      [0, 5, 10, 100].map((busyMs) => planRest(busyMs, idle, params)),
      [50, 50, 90, 900],
    );
  });

  it('rests no longer than the minimum while held queries wait for a plan', () => {
    const { assignment } = replica('r1', 'a:original', 'w1');
    const restWith = (plan: Partial<HeldPlan>): number =>
      planRest(100, { ...idle, held: [assignment.variant], ...plan }, params);
    const load: PlanAction = { kind: 'load', assignment, reason: '' };
    assert.deepEqual([restWith({}), restWith({ actions: [load] })], [50, 900]);
    assert.deepEqual(
      (['eviction', 'residency'] as const).map((cause) =>
        restWith({ unmet: [{ variant: assignment.variant, cause }] }),
      ),
      [50, 900],
    );
    assert.deepEqual(
      (['assigned', 'loading', 'ready', 'failed', 'draining'] as const).map((state) =>
        restWith({ replicas: [{ assignment, state }] }),
      ),
      [900, 900, 900, 50, 50],
    );
    assert.deepEqual(
      ['w1', 'w2', 'w3'].map((id) => restWith({ replicas: [replica('r1', 'a:original', id)] })),
      [900, 50, 50],
    );
  });
});
