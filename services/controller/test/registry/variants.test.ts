// From one model to its variants, over real gRPC with fake workers.

import assert from 'node:assert/strict';
import { manifestDigest } from '@pareto/blobs';
import { bytes, digest, milliseconds, type RecipeOutcome } from '@pareto/core';
import { packSamples } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { buildAccuracy, createTempFolder, onnxType, waitFor, writeModel, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { profileFor, startWorker, type FakeWorker, type FakeWorkerOptions } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel, uploadFile } from '../support/upload-model.js';

type Result = RecipeOutcome['result'];

describe('variants', () => {
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => void)[];
  let file: wire.ManifestInput;

  const worker = (options: FakeWorkerOptions): FakeWorker => {
    const started = startWorker(controller.address, options);
    cleanUp.push(started.leave);
    return started;
  };
  const router = (): FakeRouter => {
    const started = startRouter(controller.address);
    cleanUp.push(started.leave);
    return started;
  };
  const until = (what: string, condition: () => boolean | Promise<boolean>): Promise<true> =>
    waitFor(what, async () => ((await condition()) ? true : undefined));
  const restart = async (): Promise<void> => {
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path);
  };
  const register = (name: string, recipes: readonly string[] = [], content?: Uint8Array) =>
    registerModel(controller, name, content, 'squares', recipes);
  const job = async (name: string): Promise<wire.Job> => {
    const { jobs } = await controller.registry.jobs({ name });
    assert.ok(jobs[0] !== undefined && jobs.length === 1);
    return jobs[0];
  };
  const done = (name: string): Promise<true> => until(`${name} to be done`, async () => (await job(name)).done);
  const steps = async (name: string): Promise<readonly string[]> =>
    (await job(name)).steps.map(({ kind, recipe, variant, state }) => `${kind} ${variant || recipe}: ${state}`);
  const variantsOf = async (name: string): Promise<ReadonlyMap<string, wire.Variant>> =>
    new Map((await controller.registry.describe({ name })).variants.map((variant) => [variant.name, variant]));
  /** Returns a `made` result with the uploaded file. */
  const made = (note: string): Result => {
    const files = (file.files ?? []).map(({ path = '', digest: id = '', sizeBytes = 0 }) => ({
      ...{ path, digest: digest(id), sizeBytes: bytes(Number(sizeBytes)) },
    }));
    return { kind: 'made', manifest: { files }, modelDigest: manifestDigest({ files }), similarity: 0.99, note };
  };

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    file = await uploadFile(controller, Buffer.from('the file of a variant'));
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('are made of one model in order, measured, and listed', async () => {
    const results: Readonly<Record<string, Result>> = {
      'int8-dynamic': made('two products'),
      int4: { kind: 'failed', reason: 'no memory' },
      mapped: made('one tensor'),
    };
    const originals: (wire.VariantSpec | null)[] = [];
    const one = worker({
      id: 'w1',
      make: (order) => results[order.recipe] ?? { kind: 'declined', reason: `no ${order.recipe} here` },
      measure(order) {
        originals.push(order.original);
        return profileFor(order.spec?.variant ?? '');
      },
    });
    const registered = await register('tiny');
    await done('tiny');
    const recipes = ['int8-dynamic', 'int8-static', 'int4', 'fp16', 'optimised', 'mapped'];
    assert.deepEqual(registered.recipes, ['original', ...recipes]);
    assert.deepEqual(
      one.made,
      recipes.map((recipe) => `tiny:${recipe}`),
    );
    const measured = ['tiny:original', 'tiny:int8-dynamic', 'tiny:mapped', 'tiny:mapped@cpu+no-prepacking'];
    assert.deepEqual(one.measured, measured);
    assert.deepEqual(
      originals.map((original) => original?.variant),
      [undefined, ...measured.slice(1).map(() => 'tiny:original')],
    );
    const variants = await variantsOf('tiny');
    assert.deepEqual([...variants.keys()].sort(), measured.toSorted());
    const mapped = variants.get('tiny:mapped@cpu+no-prepacking');
    assert.deepEqual([mapped?.option, mapped?.note, mapped?.sizeBytes], ['no-prepacking', 'one tensor', 21]);
    assert.deepEqual(await steps('tiny'), [
      'measure tiny:original: done',
      'make int8-dynamic: done',
      'measure tiny:int8-dynamic: done',
      'make int8-static: declined',
      'make int4: failed',
      'make fp16: declined',
      'make optimised: declined',
      'make mapped: done',
      'measure tiny:mapped: done',
      'measure tiny:mapped@cpu+no-prepacking: done',
    ]);
    const { outcomes } = await controller.registry.describe({ name: 'squares' });
    assert.equal(outcomes.length, 6);
    assert.equal(outcomes.find(({ recipe }) => recipe === 'int4')?.error, 'no memory');
    const order = one.assignments.flatMap(({ makes }) => makes)[0];
    assert.deepEqual([order?.original?.variant, order?.metric, order?.maxBatchSize], ['tiny:original', 'top1', 8]);
  });

  it('are ranked by pairs, and excluded if they disagree with the original', async () => {
    const table = router();
    const wrong: Readonly<Record<string, number>> = { 'tiny:original': 100, 'tiny:fp16': 97, 'tiny:int4': 130 };
    worker({
      id: 'w1',
      make: () => made(''),
      measure({ spec }) {
        const id = spec?.variant ?? '';
        const result = profileFor('tiny', id === 'tiny:fp16' ? 2 : 1);
        if (result.kind === 'failed') return result;
        const hits = Array.from({ length: 2_000 }, (_, sample) => Number(sample >= (wrong[id] ?? 0)));
        const accuracy = buildAccuracy(1 - (wrong[id] ?? 0) / 2_000);
        const agreement = id === 'tiny:original' ? undefined : id === 'tiny:int4' ? 0.35 : 0.99;
        return { ...result, accuracy, agreement, scores: packSamples('set', hits, true) };
      },
    });
    await register('tiny', ['fp16', 'int4']);
    const row = (recipe: string) => table.rows.get(`variant/tiny:${recipe}/cpu/test/none`)?.variant;
    await until('the marks', () => Boolean(row('int4')?.disagreement) && row('fp16')?.dominatedBy === 'tiny:original');
    const few = 'agrees with the original on 35 % of the samples, fewer than 80 %';
    assert.deepEqual(
      [row('original')?.accuracyRank, row('fp16')?.accuracyRank, row('fp16')?.dominatedBy],
      [1, 1, 'tiny:original'],
    );
    assert.deepEqual([row('int4')?.accuracyRank, row('int4')?.disagreement], [0, few]);
    const [measured] = (await variantsOf('tiny')).get('tiny:int4')?.measurements ?? [];
    assert.deepEqual([measured?.scores, measured?.disagreement], [null, few]);
    const { steps: all } = await job('tiny');
    assert.equal(all.find(({ variant }) => variant === 'tiny:int4')?.detail, few);
  });

  it('are marked as dominated, unless the better one is denied or `keep_dominated` is set', async () => {
    const table = router();
    worker({
      id: 'w1',
      make: () => made(''),
      measure: ({ spec }) => profileFor('tiny', spec?.variant === 'tiny:fp16' ? 2 : 1),
    });
    await register('tiny', ['fp16']);
    const row = () => table.rows.get('variant/tiny:fp16/cpu/test/none')?.variant;
    await until('the mark', () => row()?.dominatedBy === 'tiny:original');
    assert.deepEqual([row()?.dominatedWithin, row()?.maxBatchSize], [true, 8]);
    assert.equal((await variantsOf('tiny')).get('tiny:fp16')?.dominatedBy, 'tiny:original');
    const rule = { kind: 'deny', target: 'tiny:original', reason: 'it is wrong', actor: 'ada' };
    const { id } = await controller.registry.setRule(rule);
    await until('the end of the mark', () => row()?.dominatedBy === '');
    assert.equal((await variantsOf('tiny')).get('tiny:original')?.denied, `rule ${id} by ada: it is wrong`);
    await controller.registry.liftRule({ id });
    await until('the mark', () => row()?.dominatedBy === 'tiny:original');
    const [architecture] = (await controller.registry.list({})).architectures;
    const { task = '', manifest = null } = architecture ?? {};
    await controller.registry.registerArchitecture({
      name: 'tiny',
      task,
      manifest,
      recipes: ['fp16'],
      keepDominated: true,
    });
    await until('the end of the mark', () => row()?.dominatedBy === '');
  });

  it('are added for recipes that are requested later, and for providers that the fleet gains later', async () => {
    const first = worker({ id: 'w1', make: () => made('') });
    const before = await register('tiny', ['original']);
    await done('tiny');
    assert.deepEqual([first.made, [...(await variantsOf('tiny')).keys()]], [[], ['tiny:original']]);
    const after = await register('tiny', ['fp16']);
    assert.deepEqual([after.version, after.recipes], [before.version, ['original', 'fp16']]);
    await until('the file', async () => (await variantsOf('tiny')).has('tiny:fp16'));
    const second = worker({ id: 'w2', providers: ['webgpu'], make: () => made('') });
    await until('its variants', () => second.measured.length === 2);
    assert.deepEqual(second.measured, ['tiny:original@webgpu', 'tiny:fp16@webgpu']);
    await until('the end of the job', async () => (await job('tiny')).done);
    assert.deepEqual([first.made, second.made], [['tiny:fp16'], []]);
    const unknown = register('tiny', ['fp16', 'int3']);
    await assert.rejects(unknown, { code: 'invalid-argument', message: /"int3" is not known.*int8-static/ });
  });

  it('wait for a worker with their provider', async () => {
    await register('tiny', ['original']);
    const waiting = await job('tiny');
    assert.deepEqual(
      waiting.steps.map(({ state, detail }) => [state, detail]),
      [['waiting', 'no worker has a cpu slot']],
    );
    assert.equal(waiting.done, false);
    const one = worker({ id: 'w1' });
    await done('tiny');
    one.leave();
    await register('tiny', ['original', 'fp16']);
    await clock.sleep(milliseconds(1_500));
    assert.deepEqual(await steps('tiny'), ['measure tiny:original: done', 'make fp16: waiting']);
    await assert.rejects(controller.registry.jobs({ name: 'none' }), { code: 'not-found' });
  });

  it('are re-measured and made again on request, and served meanwhile', async () => {
    let works = false;
    let hangs = false;
    const one = worker({
      id: 'w1',
      make: () => (works ? made('') : { kind: 'failed', reason: 'out of luck' }),
      measure: (order) => (hangs ? undefined : profileFor(order.spec?.variant ?? '')),
    });
    await register('tiny', ['fp16']);
    await done('tiny');
    works = true;
    hangs = true;
    await controller.registry.profile({ variant: 'tiny' });
    await until('the measurement', async () => (await steps('tiny')).includes('measure tiny:original: running'));
    assert.deepEqual(one.measured, ['tiny:original', 'tiny:original']);
    assert.ok((await variantsOf('tiny')).get('tiny:original')?.measurements[0]?.profile);
    await until('the file', () => one.made.length === 2);
    await assert.rejects(controller.registry.profile({ variant: 'tiny:int4' }), { code: 'not-found' });
    await assert.rejects(controller.registry.profile({ variant: 'large' }), { code: 'not-found' });
  });

  it('are measured again for a larger maximum batch, and served meanwhile, but not for a smaller one', async () => {
    let hangs = false;
    const sizes: number[] = [];
    const one = worker({
      id: 'w1',
      measure(order) {
        sizes.push(order.spec?.maxBatchSize ?? 0);
        return hangs ? undefined : profileFor('');
      },
    });
    const { manifest } = await register('tiny', ['original']);
    const limit = (maxBatchSize: number): Promise<wire.Architecture> =>
      controller.registry.registerArchitecture({
        ...{ name: 'tiny', task: 'squares', manifest, recipes: ['original'], maxBatchSize },
      });
    await done('tiny');
    assert.equal((await limit(4)).maxBatchSize, 4);
    await done('tiny');
    hangs = true;
    assert.equal((await limit(16)).maxBatchSize, 16);
    await until('the measurement', () => one.measured.length === 2);
    assert.deepEqual(sizes, [8, 16]);
    assert.ok((await variantsOf('tiny')).get('tiny:original')?.measurements[0]?.profile);
  });

  it('are measured again with other names of classes, which the labels of samples may be', async () => {
    const one = worker({ id: 'w1', measure: () => profileFor('') });
    const validationDigest = file.files?.[0]?.digest ?? '';
    await controller.registry.registerTask({ name: 'sampled', metric: 'top1', validationDigest });
    const unsampled = await register('tiny', ['original']);
    const sampled = await registerModel(controller, 'named', undefined, 'sampled', ['original']);
    for (const { name, task, manifest, signature } of [unsampled, sampled]) {
      await done(name);
      const labels = { [signature?.outputs[0]?.name ?? '']: validationDigest };
      await controller.registry.registerArchitecture({ name, task, manifest, recipes: ['original'], labels });
      await done(name);
    }
    await until('the measurement', () => one.measured.length === 3);
    assert.deepEqual(one.measured.toSorted(), ['named:original', 'named:original', 'tiny:original']);
  });

  describe('of a model with a fixed batch', () => {
    const shape = { type: onnxType.float, dims: [1, 8] };
    const fixed = writeModel({
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', ...shape }],
      outputs: [{ name: 'y', ...shape }],
    });

    it('are made of the file with a dynamic batch, if that can be made', async () => {
      const specs: (wire.VariantSpec | null)[] = [];
      const one = worker({
        id: 'w1',
        make: () => made('free'),
        measure({ spec }) {
          specs.push(spec);
          return profileFor('');
        },
      });
      const registered = await register('tiny', ['fp16'], fixed);
      assert.deepEqual([registered.fixedBatch, registered.maxBatchSize, registered.signature?.batched], [1, 0, false]);
      await done('tiny');
      assert.deepEqual(
        [one.made, one.measured],
        [
          ['tiny:dynamic-batch', 'tiny:fp16'],
          ['tiny:original', 'tiny:fp16'],
        ],
      );
      const { task, architectures } = await controller.registry.describe({ name: 'tiny' });
      for (const signature of [task?.signature, architectures[0]?.signature, specs[0]?.signature])
        assert.deepEqual([signature?.batched, signature?.inputs[0]?.dims], [true, [8]]);
      assert.equal(
        specs[0]?.modelDigest,
        specs[1]?.modelDigest,
        'the file that was made takes the place of the original',
      );
      assert.notEqual(specs[0]?.modelDigest, registered.modelDigest);
      assert.equal((await register('tiny', ['fp16'], fixed)).version, 1, 'the same bytes keep the version');
    });

    it('are made of the fixed batch if it cannot be made dynamic, and fit a batched task', async () => {
      await register('large', ['original']);
      worker({ id: 'w1' });
      const table = router();
      await register('tiny', ['original'], fixed);
      await done('tiny');
      assert.deepEqual(await steps('tiny'), ['make dynamic-batch: declined', 'measure tiny:original: done']);
      const row = (name: string) => table.rows.get(`variant/${name}:original/cpu/test/none`)?.variant;
      await until('its row', () => row('tiny')?.maxBatchSize === 0 && row('large')?.maxBatchSize === 8);
      assert.equal((await controller.registry.list({})).tasks[0]?.signature?.batched, true);
    });
  });

  describe('in progress', () => {
    /** Returns a generator that never finishes one recipe, and makes all others. */
    const stuckAt = (recipe: string) => (order: wire.MakeOrder) => (order.recipe === recipe ? undefined : made(''));

    it('continue after a change of controller and worker, without repeating finished steps', async () => {
      const first = worker({ id: 'w1', make: stuckAt('int4') });
      await register('tiny', ['int8-dynamic', 'int4', 'fp16']);
      await until('the order of int4', () => first.made.at(-1) === 'tiny:int4');
      await until('the running step', async () => {
        const running = (await job('tiny')).steps.find(({ state }) => state === 'running');
        return running?.recipe === 'int4' && running.worker === 'w1' && running.detail === 'half';
      });
      const { workers } = await controller.fleet.listWorkers({});
      assert.deepEqual([workers[0]?.measuring, workers[0]?.progress], ['tiny:int4', 'half']);
      await restart();
      const again = worker({ id: 'w1', incarnation: '2', make: stuckAt('int4') });
      await until('the repeated order', () => again.made.length > 0);
      again.leave();
      const last = worker({ id: 'w2', make: () => made('') });
      await done('tiny');
      assert.deepEqual(again.made, ['tiny:int4']);
      // The worker that left may get its step again, so that the other file is made first.
      assert.deepEqual(last.made.toSorted(), ['tiny:fp16', 'tiny:int4']);
      // Each worker measures the files that exist while its slots are idle.
      const measured = [first, again, last].flatMap((each) => each.measured).sort();
      assert.deepEqual(measured, ['tiny:fp16', 'tiny:int4', 'tiny:int8-dynamic', 'tiny:original']);
    });

    it('are withdrawn when the architecture is deleted, and the worker gets another step', async () => {
      const one = worker({ id: 'w1', make: stuckAt('int4') });
      await register('tiny', ['int4']);
      await until('the order', () => one.made.length === 1);
      await controller.registry.delete({ name: 'tiny' });
      await until('the withdrawal of the order', () => one.assignments.at(-1)?.makes.length === 0);
      await register('large', ['original']);
      await until('the measurement of the other', () => one.measured.includes('large:original'));
      await assert.rejects(controller.registry.jobs({ name: 'tiny' }), { code: 'not-found' });
      assert.equal((await controller.registry.list({})).outcomes.length, 0);
    });
  });
});
