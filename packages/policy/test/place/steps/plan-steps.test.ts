import assert from 'node:assert/strict';
import { bytes, milliseconds, variantId, type Plan, type RecipeOutcome, type TensorSpec } from '@pareto/core';
import { buildManifest } from '@pareto/testkit';
import fc from 'fast-check';
import { defaultPlacementParams, planReplicas } from '../../../src/index.js';
import { observeDeferred } from '../../../src/place/observe-deferred.js';
import { carryOut } from '../carry-out.js';
import {
  architecture,
  brief,
  cpu,
  gpu,
  memoryOn,
  mib,
  replica,
  snapshot,
  variant,
  worker,
  type SnapshotFields,
  demandOf,
} from '../../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const plan = (fields: SnapshotFields): Plan => planReplicas(snapshot(fields), params);
const work = (fields: SnapshotFields): readonly string[] =>
  brief(plan(fields)).filter((action) => action.startsWith('make') || action.startsWith('measure'));
const waits = (fields: SnapshotFields): readonly string[] =>
  plan(fields).deferred.map(({ architecture: of, recipe, reason }) => `${of}:${recipe} ${reason}`);

const now = milliseconds(10_000);
const wanting = ['original', 'int8-dynamic', 'fp16'];
const model = architecture('a', { recipes: wanting });
const original = variant('a:original', { p50Ms: 1 });
const declined = (recipe: string): RecipeOutcome => ({
  ...{ architecture: 'a', version: 1, recipe },
  result: { kind: 'declined', reason: '' },
});
/** A replica that answers queries now. */
const busy = { lastUsedAt: milliseconds(9_500) };

describe('planSteps', () => {
  it('generates the requested files, one order per worker', () => {
    const world = { architectures: [model], variants: [original] };
    assert.deepEqual(work({ ...world, workers: [worker('w', 500)] }), ['make int8-dynamic of a on w']);
    assert.deepEqual(work({ ...world, workers: [worker('v', 500), worker('w', 500)] }), [
      'make int8-dynamic of a on w',
      'make fp16 of a on v',
    ]);
    assert.deepEqual(waits({ ...world, workers: [worker('w', 500)] }), [
      'a:fp16 every suitable worker is generating or measuring already',
    ]);
  });

  it('does not repeat an order that a worker has', () => {
    const making = { architecture: 'a', version: 1, recipe: 'int8-dynamic' };
    const maker = worker('v', 500, { making, measuring: variantId('a:int8-dynamic') });
    const workers = [maker, worker('w', 500)];
    assert.deepEqual(work({ architectures: [model], variants: [original], workers }), ['make fp16 of a on w']);
    const unordered = worker('v', 500, { measuring: variantId('a:int8-dynamic') });
    const afterLeader = { architectures: [model], variants: [original], workers: [unordered, worker('w', 500)] };
    assert.deepEqual(work(afterLeader), ['make fp16 of a on w'], 'an order of another leader');
    const older = worker('v', 500, { making: { ...making, version: 0 } });
    assert.deepEqual(work({ architectures: [model], variants: [original], workers: [older, worker('w', 500)] }), [
      'make int8-dynamic of a on w',
    ]);
    const gone = worker('v', 500, { making, presence: 'gone' });
    assert.deepEqual(work({ architectures: [model], variants: [original], workers: [gone, worker('w', 500)] }), [
      'make int8-dynamic of a on w',
    ]);
  });

  it('starts with held variants, then with the first steps of each model', () => {
    const made = variant('a:int8-dynamic');
    const world = {
      architectures: [architecture('a'), architecture('b'), architecture('c', { fixedBatch: 2 })],
      variants: [made, variant('a:original', { p50Ms: 1 }), variant('b:original'), variant('c:original')],
    };
    const workers = [worker('w', 500)];
    assert.deepEqual(work({ ...world, workers }), ['measure b:original on w']);
    assert.deepEqual(work({ ...world, workers, held: [variantId('a:int8-dynamic')] }), ['measure a:int8-dynamic on w']);
    const three = ['u', 'v', 'w'].map((id) => worker(id, 500));
    assert.deepEqual(work({ ...world, workers: three }), [
      'measure b:original on v',
      'make dynamic-batch of c on w',
      'measure a:int8-dynamic on u',
    ]);
  });

  it('makes a batch dynamic before the other steps of a model', () => {
    const fixed = architecture('a', { recipes: wanting, fixedBatch: 2 });
    const world = { variants: [variant('a:original')], workers: [worker('v', 500), worker('w', 500)] };
    const held = [variantId('a:original')];
    assert.deepEqual(work({ ...world, architectures: [fixed], held }), ['make dynamic-batch of a on w']);
    const tried = { ...fixed, outcomes: [declined('dynamic-batch')] };
    assert.deepEqual(work({ ...world, architectures: [tried], held }), ['measure a:original on w']);
  });

  it('measures on a worker that answers queries only if another answers them too', () => {
    const world = { now, variants: [original, variant('b:original')] };
    const one = { ...world, workers: [worker('w', 500)], replicas: [replica('1', 'a:original', 'w', busy)] };
    assert.deepEqual(work(one), []);
    assert.deepEqual(waits(one), [
      'b:original w answers queries for a:original, for which no other worker has a ready replica; after 30 s it measures next to them',
    ]);
    const idle = { ...one, replicas: [replica('1', 'a:original', 'w', { lastUsedAt: milliseconds(8_000) })] };
    assert.deepEqual(work(idle), ['measure b:original on w']);
    const two = {
      ...world,
      workers: [worker('v', 300), worker('w', 500)],
      replicas: [replica('1', 'a:original', 'v', busy), replica('2', 'a:original', 'w', busy)],
    };
    assert.deepEqual(work(two), ['measure b:original on w']);
    assert.deepEqual(work({ ...two, workers: [worker('v', 300, { draining: true }), worker('w', 500)] }), []);
    const loading = [replica('1', 'a:original', 'v', { state: 'loading' }), replica('2', 'a:original', 'w', busy)];
    assert.deepEqual(work({ ...two, replicas: loading }), ['measure b:original on v']);
  });

  it('measures next to queries once a measurement has waited for 30 s', () => {
    const world = { variants: [original, variant('b:original')], workers: [worker('w', 500)] };
    const at = (ms: number): SnapshotFields => ({
      ...{ ...world, now: milliseconds(ms) },
      replicas: [replica('1', 'a:original', 'w', { lastUsedAt: milliseconds(ms - 500) })],
    });
    const first = plan(at(10_000));
    const deferredSince = observeDeferred(new Map(), first.deferred, milliseconds(10_000));
    assert.equal(first.nextAt <= 40_000, true, 'a plan follows in time');
    assert.deepEqual(observeDeferred(deferredSince, plan(at(20_000)).deferred, milliseconds(20_000)), deferredSince);
    assert.deepEqual(work({ ...at(39_999), deferredSince }), []);
    assert.equal(plan({ ...at(39_999), deferredSince }).nextAt, 40_000);
    assert.deepEqual(work({ ...at(40_000), deferredSince }), ['measure b:original on w']);
    assert.deepEqual(observeDeferred(deferredSince, [], milliseconds(50_000)), new Map());
  });

  it('does not measure on two workers that substitute each other', () => {
    const world = {
      now,
      variants: [original, variant('b:original'), variant('c:original')],
      workers: [worker('v', 500), worker('w', 500)],
      replicas: [replica('1', 'a:original', 'v', busy), replica('2', 'a:original', 'w', busy)],
    };
    assert.deepEqual(work(world), ['measure b:original on v']);
    const measuring = {
      ...world,
      workers: [worker('v', 500, { measuring: variantId('b:original') }), worker('w', 500)],
    };
    assert.deepEqual(work(measuring), []);
    const deferredSince = observeDeferred(new Map(), plan(measuring).deferred, milliseconds(-30_000));
    assert.equal(deferredSince.size > 0, true);
    assert.deepEqual(work({ ...measuring, deferredSince }), [], 'nor once the other measurements have waited');
    const making = { architecture: 'a', version: 1, recipe: 'fp16' };
    const maker = { ...world, workers: [worker('v', 500, { making }), worker('w', 500)] };
    assert.deepEqual(work(maker), ['measure b:original on w']);
  });

  it('measures held variants on any worker, unless they are loaded before they are measured', () => {
    const world = {
      now,
      variants: [original, variant('a:fp16'), variant('b:original')],
      workers: [worker('w', 500)],
      replicas: [replica('1', 'a:original', 'w', busy)],
    };
    assert.deepEqual(work({ ...world, held: [variantId('a:fp16')] }), ['measure a:fp16 on w']);
    assert.deepEqual(work({ ...world, held: [variantId('b:original')] }), []);
  });

  it('measures models in the order of their demand', () => {
    const names = ['a', 'b', 'c'];
    const world = {
      architectures: names.map((name) => architecture(name)),
      variants: names.map((name) => variant(`${name}:original`)),
      workers: [worker('w', 500)],
      demand: demandOf([variantId('b:original'), 1], [variantId('c:original'), 2]),
    };
    assert.deepEqual(work(world), ['measure c:original on w']);
  });

  it('generates on any worker, idle ones first', () => {
    const one = {
      now,
      architectures: [model],
      variants: [original],
      workers: [worker('w', 500)],
      replicas: [replica('1', 'a:original', 'w', busy)],
    };
    assert.deepEqual(work(one), ['make int8-dynamic of a on w']);
    assert.deepEqual(work({ ...one, workers: [worker('v', 200), worker('w', 500)] }), [
      'make int8-dynamic of a on v',
      'make fp16 of a on w',
    ]);
  });

  it('needs memory for the original, the result and the files', () => {
    // The step needs 64 MiB and seven times 10 MiB. The loaded original takes 100 MiB.
    const world = { architectures: [model], variants: [variant('a:original', { p50Ms: 1, memoryMib: 100 })] };
    assert.deepEqual(work({ ...world, workers: [worker('w', 234)] }), ['make int8-dynamic of a on w']);
    assert.deepEqual(work({ ...world, workers: [worker('w', 233)] }), []);
    assert.deepEqual(
      waits({ ...world, workers: [worker('w', 233)] })[0],
      `a:int8-dynamic no worker can free 134.0 MiB`,
    );
  });

  it('needs memory for one copy of the weights to name a batch that is dynamic already', () => {
    const sized = (dims: readonly number[]): SnapshotFields => {
      const tensor = (name: string): TensorSpec => ({ name, datatype: 'FP32', dims });
      const signature = { inputs: [tensor('x')], outputs: [tensor('y')], batched: false };
      const manifest = buildManifest({ sizeBytes: bytes(mib(575)) });
      return { architectures: [architecture('a', { signature, manifest, fixedBatch: 1 })], variants: [] };
    };
    const workers = [worker('w', 2048)];
    assert.deepEqual(work({ ...sized([-1, 4]), workers }), ['make dynamic-batch of a on w']);
    assert.deepEqual(waits({ ...sized([1, 4]), workers }), ['a:dynamic-batch no worker can free 4.0 GiB']);
  });

  it('evicts idle replicas that nothing needs, and reports what it waits for', () => {
    const world = {
      now,
      variants: [original, variant('x:original', { p50Ms: 5 }), variant('b:original')],
      workers: [worker('w', 250)],
    };
    const idle = [replica('1', 'a:original', 'w'), replica('2', 'x:original', 'w')];
    assert.deepEqual(brief(plan({ ...world, replicas: idle })), ['unload x:original on w']);
    assert.deepEqual(waits({ ...world, replicas: idle }), ['b:original waits for memory on w']);
    const used = [replica('1', 'a:original', 'w'), replica('2', 'x:original', 'w', busy)];
    const making = { ...world, architectures: [model, architecture('x')], replicas: used };
    assert.deepEqual(brief(plan(making)), []);
    assert.deepEqual(waits(making)[0], `a:int8-dynamic no worker can free 134.0 MiB`);
    const held = [variantId('b:original')];
    assert.deepEqual(brief(plan({ ...world, replicas: used, held })), ['unload x:original on w']);
  });

  it('measures on the class that the variant runs on', () => {
    const workers = [worker('v', 500, { classes: [gpu] }), worker('w', 500, { classes: [cpu] })];
    assert.deepEqual(work({ variants: [variant('a:original@webgpu')], workers }), ['measure a:original@webgpu on v']);
    assert.deepEqual(work({ variants: [variant('a:original@webgpu')], workers: [worker('w', 500)] }), []);
  });

  it('measures an older version while it is served', () => {
    const older = variant('a:original');
    const newer = variant('a:original', { version: 2, p50Ms: 1 });
    const world = { variants: [older, newer], workers: [worker('w', 500)] };
    assert.deepEqual(work(world), []);
    assert.deepEqual(work({ ...world, served: new Map([['a', 1]]) }), ['measure a:original on w']);
  });

  const recipes = ['int8-dynamic', 'int8-static', 'int4', 'fp16', 'optimised', 'mapped'];
  const worlds = fc
    .record({
      models: fc.array(
        fc.record({
          recipes: fc.subarray(recipes),
          fixedBatch: fc.constantFrom(undefined, 4),
          stale: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      workers: fc.array(
        fc.record({ memory: fc.integer({ min: 200, max: 900 }), classes: fc.subarray([cpu, gpu], { minLength: 1 }) }),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ models, workers }) =>
      snapshot({
        architectures: models.map((fields, i) => architecture(`m${i}`, fields)),
        variants: models.map(({ stale }, i) => variant(`m${i}:original`, stale ? { p50Ms: 3, environment: '0' } : {})),
        workers: [
          worker('roomy', 3000, { classes: [cpu] }),
          ...workers.map(({ memory, classes }, i) => worker(`w${i}`, memory, { classes })),
        ],
      }),
    );

  it('completes every step once, within the memory of every worker', () => {
    fc.assert(
      fc.property(worlds, (start) => {
        const done = new Set<string>();
        let world = start;
        for (let turn = 1; turn <= 80; turn++) {
          const next = planReplicas(world, defaultPlacementParams);
          const ordered = next.actions.filter(({ kind }) => kind === 'make' || kind === 'measure');
          const hosts = ordered.flatMap((action) => ('worker' in action ? [action.worker] : []));
          assert.equal(new Set(hosts).size, hosts.length, 'one order per worker');
          for (const action of ordered) {
            const key =
              action.kind === 'make'
                ? `${action.architecture} ${action.recipe}`
                : action.kind === 'measure'
                  ? `${action.variant} ${action.hardwareClass}`
                  : '';
            assert.equal(done.has(key), false, `${key} twice`);
            done.add(key);
          }
          for (const { info } of world.workers) assert.ok(memoryOn(info.id, world, next) <= info.memoryBytes);
          world = carryOut(world, next, true);
        }
        assert.deepEqual(brief(planReplicas(world, defaultPlacementParams)), []);
        for (const { architecture: made, outcomes } of world.architectures) {
          for (const recipe of made.recipes)
            assert.ok(
              outcomes.some((one) => one.recipe === recipe),
              recipe,
            );
        }
        for (const {
          variant: { id },
          measurements,
        } of world.variants) {
          assert.ok(
            measurements.every(({ environment }) => environment === '1'),
            id,
          );
          assert.ok(measurements.length > 0, id);
        }
      }),
      { numRuns: 40 },
    );
  });
});
