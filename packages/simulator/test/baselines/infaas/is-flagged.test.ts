import assert from 'node:assert/strict';
import type { InfaasVariant } from '../../../src/baselines/infaas/infaas-variant.js';
import { isFlagged } from '../../../src/baselines/infaas/is-flagged.js';
import { defaultInfaasParams } from '../../../src/baselines/infaas/params.js';
import { profileOn, variant } from '../support/small-cluster.js';
import { onClass, registered } from '../support/infaas.js';

const variants = registered(
  variant('resnet', 0.8, [
    profileOn('cpu', { 1: 100 }),
    profileOn('gpu', { 1: 20 }),
    profileOn('inferentia', { 1: 20 }),
  ]),
  variant('tiny', 0.5, [profileOn('gpu', { 1: 5 })]),
);
const [cpu, gpu, inferentia] = [onClass(variants, 'cpu'), onClass(variants, 'gpu'), onClass(variants, 'inferentia')];
const tiny = variants.find(({ option }) => option.variant === 'tiny') ?? gpu;

describe('isFlagged', () => {
  // A CPU replica answers 10/s, a GPU replica 50/s, the tiny one 200/s.
  const cases: readonly (readonly [string, InfaasVariant, number, number, number, number, boolean, boolean])[] = [
    // name, variant, replicas, qps, latency, open, flag before, flag
    ['2 CPU replicas: over 2.5 × 100 ms at over 0.5 × 10/s each', cpu, 2, 10.1, 251, 0, false, true],
    ['2 CPU replicas: at 2.5 × 100 ms', cpu, 2, 10.1, 250, 0, false, false],
    ['2 CPU replicas: slow at 0.5 × 10/s each', cpu, 2, 10, 251, 0, false, false],
    ['2 CPU replicas: over 0.8 × 2 × 10 open', cpu, 2, 0, 0, 17, false, true],
    ['2 CPU replicas: at 0.8 × 2 × 10 open', cpu, 2, 0, 0, 16, false, false],
    ['1 CPU replica: over 4 × 100 ms at over 10/s', cpu, 1, 10.1, 401, 0, false, true],
    ['1 CPU replica: below 4 × 100 ms', cpu, 1, 10.1, 399, 0, false, false],
    ['1 CPU replica: at 1.1 × 10 open', cpu, 1, 0, 0, 11, false, false],
    ['GPU: over 1.5 × 20 ms at over 0.3 × 50/s', gpu, 1, 15.1, 31, 0, false, true],
    ['GPU: slow at 0.3 × 50/s', gpu, 1, 15, 31, 0, false, false],
    ['GPU of 5 ms: 15 / 5 = 3 × 5 ms', tiny, 1, 100, 15, 0, false, false],
    ['GPU of 5 ms: over 15 ms', tiny, 1, 100, 15.1, 0, false, true],
    ['Inferentia: as CPUs', inferentia, 1, 26, 51, 0, false, true],
    ['flagged CPU: at 1.5 × 100 ms', cpu, 2, 0, 150, 0, true, true],
    ['flagged CPU: below 1.5 × 100 ms', cpu, 2, 0, 149, 0, true, false],
    ['flagged GPU: at 1.25 × 20 ms', gpu, 1, 0, 25, 0, true, true],
    ['flagged GPU: below 1.25 × 20 ms', gpu, 1, 0, 24, 0, true, false],
    ['flagged CPU: fast, but with a full queue', cpu, 2, 0, 10, 16, true, true],
  ];
  for (const [name, variantOf, replicas, qps, latencyMs, open, before, flag] of cases)
    it(`${name}${flag ? ' is flagged' : ' is not flagged'}`, () => {
      const observed = { variant: variantOf, replicas, qps, latencyMs, open, batch: 1 };
      assert.equal(isFlagged(observed, before, defaultInfaasParams), flag);
    });
  it('raises the factor of a GPU variant to at most 5', () => {
    // 15 / 2 = 7.5 is limited to 5: 10 ms.
    const fast = onClass(registered(variant('fast', 0.5, [profileOn('gpu', { 1: 2 })])), 'gpu');
    const at = (latencyMs: number): boolean =>
      isFlagged({ variant: fast, replicas: 1, qps: 400, latencyMs, open: 0, batch: 1 }, false, defaultInfaasParams);
    assert.deepEqual([at(10), at(10.1)], [false, true]);
  });
  it('compares with the profile of batches of the mean size', () => {
    // Batches of 4 take 50 ms, and a replica answers 80/s: flagged above 1.5 × 50 ms at over 0.3 × 80/s, or over 0.8 × 80 open.
    const four = onClass(registered(variant('model', 0.5, [profileOn('gpu', { 1: 20, 4: 50, 8: 90 })])), 'gpu', 4);
    const at = (qps: number, latencyMs: number, open: number): boolean =>
      isFlagged({ variant: four, replicas: 1, qps, latencyMs, open, batch: 4 }, false, defaultInfaasParams);
    assert.deepEqual([at(25, 74, 63), at(25, 76, 0), at(23, 76, 0), at(0, 0, 65)], [false, true, false, true]);
  });
});
