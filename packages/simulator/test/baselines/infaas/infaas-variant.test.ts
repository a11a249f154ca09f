import assert from 'node:assert/strict';
import { modelledMs, ratedMs, throughput } from '../../../src/baselines/infaas/infaas-variant.js';
import { profileOn, variant } from '../support/small-cluster.js';
import { onClass, registered } from '../support/infaas.js';

describe('registerVariants', () => {
  const variants = registered(
    variant('resnet', 0.8, [
      // 3 ms + 2 ms for each query.
      profileOn('gpu', { 1: 5, 4: 11, 8: 19, 16: 35 }),
      profileOn('cpu', { 1: 40, 8: 320 }),
      profileOn('inferentia', { 1: 10 }),
    ]),
  );
  it('registers each maximum batch of an accelerator that is profiled, and batches of 8 on a CPU', () =>
    assert.deepEqual(
      variants.map(({ kind, maxBatch }) => `${kind} ${maxBatch}`),
      ['gpu 1', 'gpu 4', 'gpu 8', 'gpu 16', 'cpu 8', 'inferentia 1'],
    ));
  it('fits the latency by a line', () => {
    const gpu = onClass(variants, 'gpu', 16);
    assert.ok(Math.abs(gpu.slopeMs - 2) < 1e-9 && Math.abs(gpu.interceptMs - 3) < 1e-9);
    // Batches of 1, 4 and 8 on the CPU take 40, 160 and 320 ms: 40 ms for each query.
    assert.ok(Math.abs(modelledMs(onClass(variants, 'cpu'), 3) - 120) < 1e-9);
    // A single point: proportional to the batch.
    assert.equal(modelledMs(onClass(variants, 'inferentia'), 2), 20);
  });
  it('rates accelerators at the maximum batch, and CPUs at single queries', () => {
    assert.ok(Math.abs(ratedMs(onClass(variants, 'gpu', 8)) - 19) < 1e-9);
    assert.ok(Math.abs(throughput(onClass(variants, 'gpu', 8)) - 8_000 / 19) < 1e-6);
    assert.ok(Math.abs(throughput(onClass(variants, 'cpu')) - 25) < 1e-9);
  });
});
