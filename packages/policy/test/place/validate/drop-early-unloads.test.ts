import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hardwareClassId, milliseconds, replicaId, variantId, workerId, type PlanAction } from '@pareto/core';
import { describe, it } from 'mocha';
import { dropEarlyUnloads } from '../../../src/place/validate/drop-early-unloads.js';

const action = (kind: PlanAction['kind'], i: number): PlanAction => {
  const target = { variant: variantId('tiny:original'), version: 1, hardwareClass: hardwareClassId('cpu/a/b/c') };
  const worker = workerId('w1');
  if (kind === 'measure') return { kind, ...target, worker, reason: '' };
  if (kind === 'make') return { kind, architecture: 'tiny', version: 1, recipe: 'fp16', worker, reason: '' };
  return { kind, assignment: { replica: replicaId(`r${i}`), ...target, worker }, reason: '' };
};
const params = { firstUnloadMs: milliseconds(10_000) };
const plan = fc
  .array(fc.constantFrom<PlanAction['kind']>('load', 'unload', 'make', 'measure', 'adopt'))
  .map((kinds) => kinds.map(action));

describe('dropEarlyUnloads', () => {
  it('reports the reason', () => {
    const { dropped } = dropEarlyUnloads([action('unload', 0)], milliseconds(9_999), params);
    assert.deepEqual(
      dropped.map(({ reason }) => reason),
      ['this controller has led for less than 10 s'],
    );
  });

  it('drops only unloads, only before the time, and keeps the order', () => {
    fc.assert(
      fc.property(plan, fc.integer({ min: 0, max: 20_000 }), (actions, leadingMs) => {
        const { actions: kept, dropped } = dropEarlyUnloads(actions, milliseconds(leadingMs), params);
        const isDropped = (one: PlanAction): boolean => one.kind === 'unload' && leadingMs < params.firstUnloadMs;
        assert.deepEqual(
          kept,
          actions.filter((one) => !isDropped(one)),
        );
        assert.deepEqual(
          dropped.map((one) => one.action),
          actions.filter(isDropped),
        );
      }),
    );
  });
});
