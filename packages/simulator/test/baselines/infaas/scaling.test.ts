import assert from 'node:assert/strict';
import { throughput, type InfaasVariant } from '../../../src/baselines/infaas/infaas-variant.js';
import { defaultInfaasParams } from '../../../src/baselines/infaas/params.js';
import { planScaling } from '../../../src/baselines/infaas/scaling/plan-scaling.js';
import { planTick, type ScalingTick } from '../../../src/baselines/infaas/scaling/plan-tick.js';
import type { RunningVariant, ScalingSnapshot } from '../../../src/baselines/infaas/scaling/snapshot.js';
import { profileOn, variant } from '../support/small-cluster.js';
import { onClass, registered } from '../support/infaas.js';

const snapshotOf = (
  known: readonly InfaasVariant[],
  running: readonly RunningVariant[],
  fields: Partial<ScalingSnapshot> = {},
): ScalingSnapshot => ({
  ...{ known, running, loading: new Set(), freeBytes: 8 * 2 ** 30, slots: 1 },
  ...fields,
});

const shown = ({ loads, unloads }: ScalingTick): readonly string[] => [
  ...loads.map((one) => `+${one.count} ${one.variant.kind} ${one.variant.maxBatch}`),
  ...unloads.map((one) => `-${one.count} ${one.variant.kind} ${one.variant.maxBatch}`),
];
const tick = (snapshot: ScalingSnapshot, before: ReadonlyMap<string, number> = new Map()): ScalingTick =>
  planTick(planScaling(snapshot, defaultInfaasParams), snapshot, before, defaultInfaasParams);
const actions = (...of: Parameters<typeof tick>): readonly string[] => shown(tick(...of));

/** Returns in which of equal ticks the replicas first change, and how. */
function firstChange(snapshot: ScalingSnapshot): readonly [number, ...(readonly string[])] {
  let before: ReadonlyMap<string, number> = new Map();
  for (let count = 1; count <= 100; count += 1) {
    const ticked = tick(snapshot, before);
    if (shown(ticked).length > 0) return [count, ...shown(ticked)];
    before = ticked.tooMany;
  }
  return [Infinity];
}

describe('scaling a variant on a CPU', () => {
  // 100 ms: 10/s for each replica.
  const known = registered(variant('resnet', 0.8, [profileOn('cpu', { 1: 100 })]));
  const cpu = onClass(known, 'cpu');
  const at = (qps: number, replicas: number, slots = 1): ScalingSnapshot =>
    snapshotOf(known, [{ variant: cpu, replicas, qps }], { slots });

  it('loads ceil(delta / thr) replicas in the tick in which the demand passes 95 % of the capacity', () => {
    // 2 replicas: 0.95 × 20/s = 19/s.
    assert.deepEqual(actions(at(19, 2, 9)), []);
    assert.deepEqual(actions(at(19.1, 2, 9)), ['+1 cpu 1']);
    // delta = 45 - 19 = 26: ceil(2.6) = 3.
    assert.deepEqual(actions(at(45, 2, 9)), ['+3 cpu 1']);
  });
  it('has at most 2 replicas on a worker, or one for each slot', () => {
    assert.deepEqual(actions(at(45, 1)), ['+1 cpu 1']);
    assert.deepEqual(actions(at(45, 2)), []);
    assert.deepEqual(actions(at(45, 2, 4)), ['+2 cpu 1']);
  });
  it('keeps 1 GiB of memory free', () => {
    // A replica takes 100 MiB, and delta = 45 - 9.5 = 35.5 needs 4 of them.
    const withFree = (mib: number): ScalingSnapshot => ({ ...at(45, 1, 9), freeBytes: mib * 2 ** 20 });
    assert.deepEqual(actions(withFree(1_423)), []);
    assert.deepEqual(actions(withFree(1_424)), ['+4 cpu 1']);
  });
  it('leaves a variant alone that is being loaded', () =>
    assert.deepEqual(actions({ ...at(45, 1, 9), loading: new Set([cpu.name]) }), []));
  it('unloads a replica after 10 ticks in a row at no more than the capacity of the others', () => {
    assert.deepEqual(firstChange(at(10, 2)), [10, '-1 cpu 1']);
    assert.deepEqual(firstChange(at(10.1, 2)), [Infinity]);
    assert.deepEqual(firstChange(at(0, 1)), [10, '-1 cpu 1']);
  });
  it('counts again after a tick above that', () => {
    const before = new Map([[cpu.name, 9]]);
    assert.deepEqual(tick(at(10.1, 2), before).tooMany, new Map());
  });
});

describe('scaling a variant on an accelerator', () => {
  // Batches of 1, 4 and 8 take 20, 50 and 90 ms, which is 10 ms + 10 ms for each query: 50, 80 and 88.9/s.
  const profile = profileOn('gpu', { 1: 20, 4: 50, 8: 90 }, { loadMs: 1_000 });
  const known = registered(variant('resnet', 0.8, [profile]));
  const [one, four, eight] = [onClass(known, 'gpu', 1), onClass(known, 'gpu', 4), onClass(known, 'gpu', 8)];
  const running = (variantOf: InfaasVariant, qps: number): RunningVariant => ({
    ...{ variant: variantOf, replicas: 1, qps },
  });

  it('loads the variant with the next larger batch if the demand passes the capacity', () => {
    // The capacity, less 0.0002 × 1,000 queries per second.
    assert.ok(Math.abs(throughput(one) - 50) < 1e-9);
    assert.deepEqual(actions(snapshotOf(known, [running(one, 49.7)])), []);
    assert.deepEqual(actions(snapshotOf(known, [running(one, 49.9)])), ['+1 gpu 4']);
    assert.deepEqual(actions(snapshotOf(known, [running(eight, 1_000)])), []);
  });
  it('loads another replica if the worker has another accelerator', () => {
    // At 120/s: ceil((120 - 50 + 0.2) / 50) = 2.
    assert.deepEqual(actions(snapshotOf(known, [running(one, 120)], { slots: 4 })), ['+2 gpu 1']);
  });
  it('unloads the smaller batches once the larger one is ready', () =>
    assert.deepEqual(actions(snapshotOf(known, [running(one, 30), running(four, 60)])), ['-1 gpu 1']));
  it('downgrades after 20 ticks in a row at no more than the capacity of the smaller batch', () => {
    assert.deepEqual(firstChange(snapshotOf(known, [running(four, 50.1)])), [Infinity]);
    // The smaller one is loaded first.
    assert.deepEqual(firstChange(snapshotOf(known, [running(four, 50)])), [20, '+1 gpu 1']);
    assert.deepEqual(firstChange(snapshotOf(known, [running(four, 40), running(one, 10)])), [20, '-1 gpu 4']);
  });
  it('unloads the smallest batch after 20 ticks without queries', () => {
    assert.deepEqual(firstChange(snapshotOf(known, [running(one, 0)])), [20, '-1 gpu 1']);
    assert.deepEqual(firstChange(snapshotOf(known, [running(one, 1)])), [Infinity]);
  });
  it('unloads a replica on Inferentia after 15 ticks', () => {
    const other = registered(variant('resnet', 0.8, [profileOn('inferentia', { 1: 20 })]));
    const idle = { variant: onClass(other, 'inferentia'), replicas: 1, qps: 0 };
    assert.deepEqual(firstChange(snapshotOf(other, [idle])), [15, '-1 inferentia 1']);
  });
});

describe('replicating or upgrading', () => {
  // CPU: 10/s for each replica, loaded in 1 s. GPU: 100/s, loaded in `gpuLoadMs`.
  const knownWith = (gpuLoadMs: number): readonly InfaasVariant[] =>
    registered(
      variant('resnet', 0.8, [
        profileOn('cpu', { 1: 100 }, { loadMs: 1_000 }),
        profileOn('gpu', { 1: 10 }, { loadMs: gpuLoadMs }),
      ]),
    );
  const at = (qps: number, replicas: number, gpuLoadMs: number): ScalingSnapshot => {
    const known = knownWith(gpuLoadMs);
    return snapshotOf(known, [{ variant: onClass(known, 'cpu'), replicas, qps }]);
  };
  it('replicates if that costs at most 1.5 times the load time of an upgrade', () => {
    // delta = 12 - 9.5 = 2.5: 1 replica in 1,000 ms. 1.5 × 700 ms are more, 1.5 × 600 ms less.
    assert.deepEqual(actions(at(12, 1, 700)), ['+1 cpu 1']);
    assert.deepEqual(actions(at(12, 1, 600)), ['+1 gpu 1']);
  });
  it('upgrades rather than exceed the replicas of a worker', () =>
    // delta = 25 - 9.5 = 15.5: 2 more replicas would be 3. That costs 1,002 load times.
    assert.deepEqual(actions(at(25, 1, 700)), ['+1 gpu 1']));
  it('does not upgrade if the fastest variant runs on a CPU only', () => {
    const known = registered(variant('resnet', 0.8, [profileOn('cpu', { 1: 100 })]));
    const running = [{ variant: onClass(known, 'cpu'), replicas: 1, qps: 25 }];
    assert.deepEqual(actions(snapshotOf(known, running)), ['+1 cpu 1']);
  });
});
