import assert from 'node:assert/strict';
import { milliseconds, variantId, type HardwareClass, type Plan } from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import fc from 'fast-check';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { validatePlan } from '../../src/place/validate/validate-plan.js';
import { defaultPlacementParams, type PlacementVariant } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import {
  brief,
  cpu,
  demandOf,
  gpu,
  replica,
  snapshot,
  variant,
  worker,
  type SnapshotFields,
  type VariantFields,
} from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const gib = 1024;
const names = ['a', 'b', 'c'];
/** Three models whose weights take 6 GiB each. */
const models = (fields: VariantFields = { fileMib: 6 * gib, p50Ms: 5 }): readonly PlacementVariant[] =>
  names.map((name) => variant(`${name}:original@webgpu`, fields));
const held = names.map((name) => variantId(`${name}:original@webgpu`));
const host = 64 * gib;
const card = { id: 'card', memoryMib: 8 * gib };
const onCard = worker('w', host, { classes: [gpu], devices: [card] });

const plan = (fields: SnapshotFields): Plan => planReplicas(snapshot(fields), params);
const loads = (made: Plan): readonly string[] => brief(made).filter((text) => text.startsWith('load'));

/** Returns the variant as measured on another class. */
const withClass = (known: PlacementVariant, { id: hardwareClass }: HardwareClass): PlacementVariant => ({
  ...known,
  measurements: known.measurements.map((one) => ({ ...one, hardwareClass })),
});

describe('device memory', () => {
  it('is assumed from the weights of models that were not measured on the device', () => {
    const made = plan({ variants: models(), held, workers: [onCard] });
    assert.deepEqual(loads(made), ['load a:original@webgpu on w']);
    const own = made.unmet.filter(({ source }) => source === 'held');
    assert.deepEqual(
      own.map(({ variant: id, cause }) => [id, cause]),
      [
        ['b:original@webgpu', 'memory'],
        ['c:original@webgpu', 'memory'],
      ],
    );
    for (const { reason } of own) assert.match(reason, /no worker has a slot and 7\.2 GiB of device memory for it/);
  });

  it('is what was measured, if it was', () => {
    const variants = models({ fileMib: 6 * gib, p50Ms: 5, deviceMib: 4 * gib });
    assert.deepEqual(loads(plan({ variants, held, workers: [onCard] })), [
      'load a:original@webgpu on w',
      'load b:original@webgpu on w',
    ]);
  });

  it('does not count on a device without memory of its own, where the memory of the worker does', () => {
    const workers = [worker('w', 300, { classes: [gpu] })];
    assert.equal(loads(plan({ variants: models(), held, workers })).length, 3);
    const small = [worker('w', 100, { classes: [gpu], devices: [card] })];
    const variants = models({ fileMib: 1, p50Ms: 5 });
    const made = plan({ variants, held, workers: small });
    assert.equal(loads(made).length, 1);
    assert.match(made.unmet[0]?.reason ?? '', /no worker has a slot and 100\.0 MiB for it/);
  });

  it('is freed by evicting replicas on the device, and no others', () => {
    const variants = [...models(), variant('old:original', { p50Ms: 5 })];
    const used = { lastUsedAt: milliseconds(900) };
    const made = plan({
      variants,
      held: held.slice(1, 2),
      workers: [worker('w', host, { classes: [cpu, gpu], devices: [{ id: '', memoryMib: 0 }, card] })],
      replicas: [replica('1', 'a:original@webgpu', 'w', used), replica('2', 'old:original', 'w')],
      warmthRules: [],
    });
    assert.deepEqual(brief(made), ['unload a:original@webgpu on w']);
    assert.deepEqual(
      made.unmet.map(({ variant: id, cause }) => [id, cause]),
      [['b:original@webgpu', 'eviction']],
    );
  });

  describe('of two hardware classes', () => {
    const cuda: HardwareClass = buildHardwareClass({ provider: 'cuda' });
    const variants = [
      variant('a:original@webgpu', { p50Ms: 5, deviceMib: 6 * gib }),
      withClass(variant('b:original@cuda', { p50Ms: 5, deviceMib: 6 * gib }), cuda),
    ];
    const both = variants.map(({ variant: { id } }) => id);
    const withDevices = (...ids: readonly string[]) =>
      plan({
        variants,
        held: both,
        workers: [worker('w', host, { classes: [gpu, cuda], devices: ids.map((id) => ({ id, memoryMib: 8 * gib })) })],
      });

    it('is shared on one device', () => {
      assert.deepEqual(loads(withDevices('card', 'card')), ['load a:original@webgpu on w']);
    });

    it('is separate on two devices', () => {
      assert.equal(loads(withDevices('card', 'other')).length, 2);
    });
  });

  it('excludes a variant that no device can hold', () => {
    const variants = models({ fileMib: 8 * gib, p50Ms: 5 });
    const made = plan({ variants, workers: [onCard], demand: demandOf(...held.map((id) => [id, 1] as const)) });
    assert.deepEqual(loads(made), []);
    assert.match(made.unmet[0]?.reason ?? '', /no worker has a slot of webgpu\/test\/none and enough memory/);
  });

  it('is waited for by a measurement on the device', () => {
    const now = milliseconds(10_000);
    const variants = [
      variant('a:original@webgpu', { p50Ms: 5, deviceMib: 6 * gib }),
      variant('b:original@webgpu', { fileMib: 6 * gib }),
    ];
    const replicas = [replica('1', 'a:original@webgpu', 'w', { lastUsedAt: now })];
    const fields = { now, variants, replicas, demand: demandOf([variantId('a:original@webgpu'), 1]) };
    const made = plan({ ...fields, workers: [onCard] });
    assert.deepEqual(brief(made), []);
    const larger = worker('w2', host, { classes: [gpu], devices: [card] });
    assert.ok(brief(plan({ ...fields, workers: [onCard, larger] })).includes('measure b:original@webgpu on w2'));
    const idle = plan({ ...fields, replicas: [replica('1', 'a:original@webgpu', 'w')], workers: [onCard] });
    assert.deepEqual(
      idle.deferred.map(({ reason }) => reason),
      ['no worker can free 7.2 GiB of device memory'],
    );
  });

  it('is reserved for a measurement in progress', () => {
    const measuring = variantId('a:original@webgpu');
    const busy = worker('w', host, { classes: [gpu], devices: [card], measuring });
    assert.deepEqual(loads(plan({ variants: models(), held: held.slice(1), workers: [busy] })), []);
  });

  it('is never exceeded, nor is that of the worker', () => {
    const size = fc.integer({ min: 20, max: 200 });
    const specs = fc.record({
      variants: fc.array(fc.record({ memoryMib: size, deviceMib: size, isOnDevice: fc.boolean() }), { maxLength: 8 }),
      workers: fc.array(fc.record({ memoryMib: fc.nat({ max: 600 }), deviceMib: fc.nat({ max: 400 }) }), {
        maxLength: 4,
      }),
    });
    fc.assert(
      fc.property(specs, ({ variants, workers }) => {
        const ids = variants.map(({ isOnDevice }, at) => `v${at}:original${isOnDevice ? '@webgpu' : ''}`);
        let world = snapshot({
          variants: variants.map((fields, at) => variant(ids[at] ?? '', { ...fields, p50Ms: 5 })),
          workers: workers.map(({ memoryMib, deviceMib }, at) =>
            worker(`w${at}`, memoryMib, {
              ...{ slots: 2, classes: [cpu, gpu] },
              devices: [
                { id: '', memoryMib: 0 },
                { id: 'card', memoryMib: deviceMib },
              ],
            }),
          ),
        });
        for (let turn = 0; turn < 10; turn++) {
          const made = planReplicas({ ...world, held: ids.slice(turn % 8).map(variantId) }, params);
          world = carryOut(world, made, true);
          for (const [at, { deviceMib }] of workers.entries()) {
            const here = world.replicas.filter(({ assignment }) => assignment.worker === `w${at}`);
            const used = { memory: 0, device: 0 };
            for (const { assignment } of here) {
              const fields = variants[ids.indexOf(assignment.variant)] ?? assert.fail('the variant is known');
              used.memory += fields.memoryMib;
              used.device += fields.isOnDevice ? fields.deviceMib : 0;
            }
            assert.ok(used.memory <= (workers[at]?.memoryMib ?? 0), 'memory');
            assert.ok(deviceMib === 0 || used.device <= deviceMib, 'device memory');
          }
        }
      }),
    );
  });

  it('is validated, also of models that were not measured', () => {
    const world = snapshot({ variants: models({ fileMib: 6 * gib }), held, workers: [onCard] });
    const free = snapshot({ ...world, workers: [worker('w', host, { classes: [gpu] })] });
    const { actions } = planReplicas(free, params);
    const { dropped } = validatePlan({ actions }, world, params);
    assert.deepEqual(
      dropped.map(({ action, reason }) => [action.kind, reason]),
      [
        ['load', 'the worker no longer has the device memory'],
        ['load', 'the worker no longer has the device memory'],
      ],
    );
  });
});
