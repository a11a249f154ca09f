import assert from 'node:assert/strict';
import { bytes, digest, systemClock, systemRng } from '@pareto/core';
import { defaultLiveCheckParams } from '@pareto/policy';
import { createWorkerMetrics, createLogger } from '@pareto/telemetry';
import { buildPoint, buildProfile, buildSlotGroup, buildVariantSpec } from '@pareto/testkit';
import { createDeviceSlots } from '../../src/devices/device-slots.js';
import { createStepMemory } from '../../src/devices/step-memory.js';
import { createReplicaSet, type ReplicaSetOptions } from '../../src/replicas/replica-set.js';

const [mib, gib] = [2 ** 20, 2 ** 30];

describe('replica set', () => {
  it('limits a new executor to the memory that replicas and steps do not hold', async () => {
    const stepMemory = createStepMemory();
    const slots = createDeviceSlots([buildSlotGroup()], {
      bounds: { items: 1, bytes: 1 },
      clock: systemClock,
      rng: systemRng,
      checkParams: defaultLiveCheckParams,
    });
    const options = {
      memoryBytes: 4 * gib,
      stepMemory,
      slots,
      clock: systemClock,
      logger: createLogger({ service: 'worker', level: 'silent', format: 'json' }),
      metrics: createWorkerMetrics(),
    };
    const set = createReplicaSet(options as unknown as ReplicaSetOptions);
    assert.equal(set.memoryFor(undefined), 4 * gib);
    const file = { path: 'model.onnx', digest: digest('sha256:1'), sizeBytes: bytes(10 * mib) };
    const spec = buildVariantSpec({ manifest: { files: [file] } });
    const measured = buildProfile([buildPoint(1, 1)], { memoryBytes: bytes(100 * mib) });
    assert.equal(set.memoryFor({ spec, profile: measured }), 456 * mib);
    const unmeasured = gib + 120 * mib;
    assert.equal(set.memoryFor({ spec, profile: undefined }), unmeasured);
    assert.equal(set.memoryFor({ spec, profile: { ...measured, provisional: true } }), unmeasured);
    let held = gib;
    const tracked = stepMemory.add(() => held);
    set.refreshMemory();
    assert.equal(set.memoryFor(undefined), 3 * gib);
    assert.equal(set.memoryUsedBytes, gib);
    held = 5 * gib;
    set.refreshMemory();
    assert.equal(set.memoryFor(undefined), 128 * 2 ** 20, 'the minimum limit');
    tracked[Symbol.dispose]();
    assert.equal(set.memoryUsedBytes, 0);
  });
});
