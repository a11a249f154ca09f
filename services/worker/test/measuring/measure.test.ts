import assert from 'node:assert/strict';
import { formatValue } from '@pareto/core';
import { accuracyFromWire, type wire } from '@pareto/protocol';
import {
  floats,
  greedyModel,
  longs,
  onnxType,
  pickyModel,
  rootModel,
  waitFor,
  writeModel,
  writeNpz,
} from '@pareto/testkit';
import { digits, floatRequest, floatsOf, order, startTestWorker, type TestWorker } from '../support/harness.js';

describe('measuring a variant', function () {
  this.timeout(120_000);
  /** Shared by all tests; each measures its own variants. */
  let worker: TestWorker;
  let revision = 1;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker[Symbol.asyncDispose]());
  afterEach(() => worker.controller.order({ revision: ++revision }));

  async function measure(
    model: Uint8Array,
    fields: Partial<wire.MeasureOrderInput> = {},
    replicas: readonly ReturnType<typeof order>[] = [],
  ): Promise<wire.Measurement> {
    const name = `m${++revision}`;
    const spec = { ...worker.spec(name, model), ...fields.spec, variant: `${name}:original` };
    worker.controller.order({
      revision,
      replicas: [...replicas],
      measures: [{ hardwareClass: 'c', metric: 'top1', ...fields, spec }],
    });
    const find = (): wire.Measurement | undefined =>
      worker.controller.measurements.find(({ variant }) => variant === spec.variant);
    return waitFor('a measurement', find, 60_000);
  }

  /** Adds a validation set with one number per sample, labelled with its square root. */
  const rootSet = (xs: readonly number[]): string =>
    worker.controller.addBlob(
      writeNpz({
        x: floats([xs.length, 1], xs),
        label: floats(
          [xs.length, 1],
          xs.map((x) => Math.sqrt(Math.abs(x))),
        ),
      }),
    );

  it('reports the agreement with the original, and the environment', async () => {
    const validationDigest = worker.controller.addBlob(digits('validation.npz'));
    const original = worker.spec('m', digits('models/mlp-small.onnx'));
    const tiny = digits('models/mlp-tiny.onnx');
    const measured = await measure(tiny, { validationDigest, original, spec: worker.spec('m', tiny, 2) });
    assert.equal(measured.error, '');
    const { accuracy, profile } = measured;
    assert.equal(accuracy?.samples, 1800, 'the other samples are for calibration');
    assert.ok(accuracy.value > 0.85 && accuracy.value < 1);
    assert.ok(accuracy.lower95 < accuracy.value);
    const { agreement = 0 } = measured;
    assert.ok(agreement > 0.85 && agreement < 1, `${agreement}`);
    const { scores } = measured;
    assert.equal(scores?.set, `${validationDigest}/top1/split-1`);
    assert.deepEqual([scores.count, scores.bits, scores.codes.length], [1800, 1, 300]);
    assert.match(measured.environment, /^\d+\.\d+/);
    assert.deepEqual(
      profile?.points.map(({ batch }) => batch),
      [1, 2],
    );
    assert.ok(profile.coldLoadMs > 0 && profile.baseMemoryBytes > 0 && profile.memoryBytes > 1e6);
  });

  it('reports full agreement with an equal model, and none for the original', async () => {
    const validationDigest = worker.controller.addBlob(digits('validation.npz'));
    const tiny = digits('models/mlp-tiny.onnx');
    assert.equal((await measure(tiny, { validationDigest, original: worker.spec('m', tiny) })).agreement, 1);
    assert.equal((await measure(tiny, { validationDigest })).agreement, undefined);
  });

  it('measures an error of regression with the scale of the evaluation labels', async () => {
    const label = Array.from({ length: 10 }, (_, at) => Math.fround(Math.sqrt(at)) + (at % 2 === 0 ? 1 : -1));
    const x = floats([10, 1], Array.from(label.keys()));
    const validationDigest = worker.controller.addBlob(writeNpz({ x, label: floats([10], label) }));
    const { accuracy, error } = await measure(rootModel(), { validationDigest, metric: 'rmse' });
    assert.equal(error, '');
    const measured = accuracyFromWire(accuracy) ?? assert.fail('no accuracy');
    assert.match(formatValue(measured, measured.value), /^rmse 1\.000$/);
    const mean = label.reduce((sum, value) => sum + value, 0) / 10;
    const deviation = Math.sqrt(label.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 10);
    assert.ok(Math.abs((measured.scale ?? 0) - deviation) < 1e-6);
  });

  it('fails with the reason if the labels of regression are equal', async () => {
    const validationDigest = worker.controller.addBlob(
      writeNpz({ x: floats([3, 1], [1, 4, 9]), label: floats([3, 1], [2, 2, 2]) }),
    );
    const { error } = await measure(rootModel(), { validationDigest, metric: 'r2' });
    assert.match(error, /r2 compares errors .* all 3 evaluation samples are equal: add samples with other labels/);
  });

  it('counts NaN as wrong, and fails for a model that returns only NaN', async () => {
    const some = rootSet(Array.from({ length: 40 }, (_, at) => (at < 30 ? at : -at)));
    const measured = await measure(rootModel(), { validationDigest: some, metric: 'mse' });
    assert.equal(measured.error, '');
    assert.ok((measured.accuracy?.value ?? 1) < 0.9);
    const none = rootSet([-1, -2, -3]);
    const { error } = await measure(rootModel(), { validationDigest: none, metric: 'mse' });
    assert.equal(error, 'the model returned NaN for all 3 evaluation samples of the validation set');
  });

  it('fails with the label that does not fit', async () => {
    const label = longs([3], [0, 1, 12]);
    const validationDigest = worker.controller.addBlob(
      writeNpz({ image: floats([3, 1, 28, 28], Array<number>(3 * 784).fill(0)), label }),
    );
    const { error } = await measure(digits('models/mlp-tiny.onnx'), { validationDigest });
    assert.match(error, /labels don't fit.*12/);
  });

  it('compares scores with the names of classes', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const image = Array.from({ length: 1 }, () => Array.from({ length: 28 }, () => Array<number>(28).fill(0)));
    // The model gives equal images one class, so one of ten different labels is right.
    const lines = names.map((label) => JSON.stringify({ image, label }));
    const model = digits('models/mlp-tiny.onnx');
    const labels = { logits: worker.controller.addBlob(Buffer.from(`${names.join('\n')}\n`)) };
    const spec = { ...worker.spec('m', model), labels };
    const validationDigest = worker.controller.addBlob(Buffer.from(lines.join('\n')));
    const { error, accuracy } = await measure(model, { validationDigest, spec });
    assert.deepEqual([error, accuracy?.value, accuracy?.samples], ['', 0.1, 10]);
    const unnamed = await measure(model, { validationDigest });
    assert.match(unnamed.error, /they are texts, but the model answers with FP32 \[10\]/);
  });

  it('rejects a validation set with elements of no bytes, while it answers queries', async () => {
    const replicas = [order('alive', worker.spec('alive', rootModel()))];
    worker.controller.order({ revision: ++revision, replicas });
    await worker.controller.waitForReplica('alive', ({ state }) => state === 'READY');
    const label = { descr: '|S0', dims: [2_000_000_000], data: new Uint8Array(0) };
    const validationDigest = worker.controller.addBlob(writeNpz({ x: floats([2, 1], [1, 4]), label }));
    let error: string | undefined;
    const measuring = measure(rootModel(), { validationDigest, metric: 'mse' }, replicas).then(
      (measured) => (error = measured.error),
    );
    const isOpen = (): boolean => error === undefined;
    let answered = 0;
    while (isOpen()) {
      assert.deepEqual(floatsOf(await worker.infer({ replica: 'alive', body: floatRequest([1, 1], [4]) })), [2]);
      answered++;
    }
    assert.match(await measuring, /array label: its type is \|S0, whose elements have no bytes/);
    assert.ok(answered >= 10, `${answered}`);
  });

  it('fails for a model whose items are too large to be created', async () => {
    const value = { type: onnxType.float, dims: ['n', 40_000, 40_000] };
    const { error } = await measure(
      writeModel({
        nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
        inputs: [{ name: 'x', ...value }],
        outputs: [{ name: 'y', ...value }],
      }),
    );
    assert.match(error, /the inputs of one item take 6400000000 bytes, and synthetic ones at most 268435456/);
  });

  it('loads and serves a model that fails on synthetic inputs, without a profile', async () => {
    const { error, profile } = await measure(pickyModel());
    assert.equal(error, '');
    assert.deepEqual(profile?.points, []);
    assert.match(profile.notRunReason, /^the model failed on all synthetic inputs \(.*Gather/);
    assert.ok(profile.memoryBytes > 0);
    const replicas = [{ ...order('r1', worker.spec('m', pickyModel())), profile }];
    worker.controller.order({ revision: ++revision, replicas });
    await worker.controller.waitForReplica('r1', ({ state }) => state === 'READY');
    assert.deepEqual(floatsOf(await worker.infer({ replica: 'r1', body: floatRequest([2, 1], [102, 100]) })), [3, 1]);
  });

  it('finds a size for dynamic dimensions that the model accepts', async () => {
    const { error, profile } = await measure(
      writeModel({
        nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
        inputs: [{ name: 'x', type: onnxType.float, dims: ['n', 2, 'h', 'w'] }],
        outputs: [{ name: 'y', type: onnxType.float, dims: ['n', 1, 'h2', 'w2'] }],
        initializers: [{ name: 'w', type: onnxType.float, dims: [1, 2, 5, 5], raw: new Uint8Array(200) }],
      }),
    );
    assert.equal(error, '');
    assert.deepEqual(profile?.shapes, [{ name: 'x', dims: [2, 8, 8] }]);
  });

  it('fails for a model that needs more memory than its limit', async () => {
    const { error } = await measure(greedyModel(4e9));
    assert.match(error, /out of memory/);
  });

  it('fails for a provider that the worker does not serve', async () => {
    const spec = { ...worker.spec('m', rootModel()), provider: 'webgpu' };
    const { error } = await measure(rootModel(), { spec });
    assert.match(error, /no slots for webgpu; start it with --providers webgpu/);
  });

  it('retries until the validation set can be fetched', async () => {
    const set = writeNpz({
      x: floats([10, 1], new Array<number>(10).fill(4)),
      label: floats([10, 1], new Array<number>(10).fill(2)),
    });
    const validationDigest = worker.controller.addBlob(set);
    worker.controller.removeBlob(validationDigest);
    const measuring = measure(rootModel(), { validationDigest, metric: 'mse' });
    await waitFor('a reason', () =>
      (worker.controller.report?.progress ?? '').includes('there is no blob') ? true : undefined,
    );
    const { measuring: variant } = worker.controller.report ?? assert.fail();
    assert.match(variant, /^m\d+:original$/);
    assert.ok(worker.controller.measurements.every((measured) => measured.variant !== variant));
    worker.controller.addBlob(set);
    assert.equal((await measuring).accuracy?.samples, 10);
  });
});
