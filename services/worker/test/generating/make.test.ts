import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { recipes } from '@pareto/core';
import { inspectGraph } from '@pareto/models';
import type { wire } from '@pareto/protocol';
import {
  createTempFolder,
  fixedBatchModel,
  greedyModel,
  matrixModel,
  onnxType,
  outlierModel,
  rootModel,
  waitFor,
  writeModel,
  type Node,
  type Value,
} from '@pareto/testkit';
import { digits, startTestWorker, type TestWorker } from '../support/harness.js';

/** Returns the child processes whose command line contains a text. */
function children(text: string): readonly number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.filter((line) => line.includes(text)).map((line) => Number.parseInt(line, 10));
}

describe('generating a file', function () {
  this.timeout(120_000);
  /** Shared by all tests; each generates files of its own architecture. */
  let worker: TestWorker;
  let validationDigest = '';
  let architecture = '';
  let revision = 1;
  before(async () => {
    worker = await startTestWorker();
    validationDigest = worker.controller.addBlob(digits('validation.npz'));
  });
  after(() => worker[Symbol.asyncDispose]());
  beforeEach(() => void (architecture = `m${revision}`));
  afterEach(() => withdraw());

  function order(
    recipe: string,
    model: Uint8Array,
    { at = worker, ...fields }: Partial<wire.MakeOrderInput> & { readonly at?: TestWorker } = {},
  ): void {
    const original = at.spec(architecture, model);
    const make = { architecture, version: 3, recipe, original, metric: 'top1', maxBatchSize: 64, ...fields };
    at.controller.order({ revision: ++revision, makes: [make] });
  }

  function withdraw(): void {
    worker.controller.order({ revision: ++revision });
    worker.controller.outcomes.length = 0;
  }

  const outcomeOf = (recipe: string): Promise<wire.RecipeOutcome> => {
    const find = (): wire.RecipeOutcome | undefined =>
      worker.controller.outcomes.find((outcome) => outcome.architecture === architecture && outcome.recipe === recipe);
    return waitFor(recipe, find, 60_000);
  };

  const workFolder = ({ cacheDir } = worker): Promise<readonly string[]> => readdir(join(cacheDir, 'work'));

  it('succeeds for each recipe, or is declined with the reason', async () => {
    for (const { name: recipe } of recipes.slice(1)) {
      order(recipe, digits('models/mlp-tiny.onnx'), { validationDigest });
      const outcome = await outcomeOf(recipe);
      assert.equal(outcome.error, '', recipe);
      if (outcome.declined !== '') continue;
      assert.ok(outcome.similarity > 0.9 && outcome.similarity <= 1, `${recipe}: ${outcome.similarity}`);
      assert.ok(outcome.note.length > 0);
      for (const file of outcome.manifest?.files ?? []) {
        assert.equal(worker.controller.blob(file.digest)?.length, file.sizeBytes, `${recipe}: ${file.path}`);
      }
    }
    assert.deepEqual(await workFolder(), []);
  });

  const reasonOf = async (recipe: string): Promise<string> => (await outcomeOf(recipe)).error;

  it('fails for a corrupted model', async () => {
    const original = worker.spec(architecture, fixedBatchModel(1));
    const junk = worker.controller.addBlob(Buffer.from('junk that is no model'));
    const manifest = { files: [{ path: 'model.onnx', digest: junk, sizeBytes: 21 }] };
    order('mapped', fixedBatchModel(1), { original: { ...original, manifest } });
    assert.match(await reasonOf('mapped'), /not (an|a whole) ONNX model/);
    order('optimised', fixedBatchModel(1), { original: { ...original, manifest } });
    assert.match(await reasonOf('optimised'), /can't be loaded/);
  });

  it('fails with the output that differs from the original', async () => {
    const before = worker.controller.uploads.length;
    order('int8-dynamic', outlierModel());
    assert.match(
      await reasonOf('int8-dynamic'),
      /output y: cosine similarity -?0\.\d+ to the original over 32 samples/,
    );
    assert.equal(worker.controller.uploads.length, before);
  });

  it('accepts NaN where the original returns NaN, and uploads a file once', async () => {
    order('optimised', rootModel());
    const { error, manifest } = await outcomeOf('optimised');
    assert.equal(error, '');
    assert.equal(manifest?.files.length, 1);
    const { length } = worker.controller.uploads;
    withdraw();
    order('optimised', rootModel(), { version: 4 });
    assert.equal(await reasonOf('optimised'), '');
    assert.equal(worker.controller.uploads.length, length);
  });

  it('succeeds for a model with weights in a separate file', async () => {
    const model = matrixModel(600);
    order('mapped', model);
    const { manifest } = await outcomeOf('mapped');
    assert.equal(manifest?.files.length, 2);
    for (const recipe of ['optimised', 'fp16']) {
      order(recipe, model, { original: { ...worker.spec(architecture, model), manifest } });
      assert.deepEqual([recipe, await reasonOf(recipe)], [recipe, '']);
    }
  });

  it('fails for a model that fails on synthetic inputs, with a hint that they were synthetic', async () => {
    const pairs: Value = { name: 'y', type: onnxType.float, dims: ['batch', 2] };
    const shape = new Uint8Array(BigInt64Array.of(0n, 2n).buffer);
    const model = writeModel({
      nodes: [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
      inputs: [{ ...pairs, name: 'x', dims: ['batch', 'some'] }],
      outputs: [pairs],
      initializers: [{ name: 'shape', type: onnxType.int64, dims: [2], raw: shape }],
    });
    order('optimised', model);
    assert.match(
      await reasonOf('optimised'),
      /the original doesn't run: .* \(the inputs were synthetic, with assumed sizes/s,
    );
  });

  it('fails for a model that needs more memory than its limit', async () => {
    order('optimised', greedyModel(4e9));
    assert.match(await reasonOf('optimised'), /the original doesn't run: out of memory/);
  });

  it('verifies a dynamic batch with several batch sizes', async () => {
    for (const batch of [4, 96]) {
      withdraw();
      order('dynamic-batch', fixedBatchModel(batch), { maxBatchSize: 0 });
      const { error, declined, manifest } = await outcomeOf('dynamic-batch');
      assert.deepEqual([error, declined], ['', '']);
      const graph = worker.controller.blob(manifest?.files[0]?.digest ?? '') ?? Buffer.alloc(0);
      assert.equal(inspectGraph(graph).signature.batched, true);
    }
  });

  it('declines to make a huge batch dynamic', async () => {
    order('dynamic-batch', fixedBatchModel(1_000_000_000), { maxBatchSize: 0 });
    const { declined } = await outcomeOf('dynamic-batch');
    assert.equal(declined, 'its batch of 1000000000 is too large to verify: the limit is 4096');
  });

  it('rejects a dynamic batch whose items depend on each other, for small and large fixed batches', async () => {
    for (const batch of [1, 96]) {
      withdraw();
      order('dynamic-batch', fixedBatchModel(batch, true), { maxBatchSize: 0 });
      assert.match(await reasonOf('dynamic-batch'), /cosine similarity|different outputs in a batch/, `of ${batch}`);
    }
  });

  it('finds a batch whose dimension has no name, but none in a state whose first dimension counts layers', async () => {
    const rows = (name: string): Value => ({ name, type: onnxType.float, dims: ['', 4] });
    const model = (combine: readonly Node[]): Uint8Array =>
      writeModel({
        nodes: [...combine, { op: 'Tanh', inputs: ['state'], outputs: ['stateN'] }],
        inputs: [rows('x'), rows('state')],
        outputs: [rows('y'), rows('stateN')],
      });
    order('dynamic-batch', model([{ op: 'Add', inputs: ['x', 'state'], outputs: ['y'] }]), { maxBatchSize: 0 });
    assert.equal(await reasonOf('dynamic-batch'), '');
    withdraw();
    const sum = { op: 'ReduceMax', inputs: ['state'], outputs: ['all'], attributes: [{ name: 'axes', ints: [0] }] };
    order('dynamic-batch', model([sum, { op: 'Add', inputs: ['x', 'all'], outputs: ['y'] }]), { maxBatchSize: 0 });
    assert.match(await reasonOf('dynamic-batch'), /output y: /);
  });

  it('fails with the signal if the generator process is killed', async () => {
    order('mapped', digits('models/mlp-large.onnx'));
    const [pid] = await waitFor('the generator process', () => nonEmpty(children('generator-main')));
    process.kill(pid, 'SIGKILL');
    assert.match(await reasonOf('mapped'), /SIGKILL/);
    assert.deepEqual(await workFolder(), []);
  });

  it('stops with the worker while the model runs on samples', async () => {
    const others = new Set(children('executor-main'));
    await using own = await startTestWorker();
    own.controller.addBlob(digits('validation.npz'));
    order('int8-static', digits('models/cnn-large.onnx'), { at: own, validationDigest });
    await own.controller.waitForReport('a run', ({ progress }) => /^(calibrating|checking)/.test(progress));
    assert.equal(own.controller.report?.measuring, `${architecture}:int8-static`);
    await own.group.stop();
    assert.deepEqual(own.controller.outcomes, []);
    assert.deepEqual(await workFolder(own), []);
    const left = [...children('executor-main'), ...children('generator-main')];
    assert.deepEqual(
      left.filter((pid) => !others.has(pid)),
      [],
    );
  });

  it('retries until the files can be fetched', async () => {
    const model = digits('models/mlp-small.onnx');
    const original = worker.spec(architecture, model);
    worker.controller.removeBlob(original.manifest?.files?.[0]?.digest ?? '');
    order('optimised', fixedBatchModel(1), { original });
    await waitFor('a reason', () =>
      (worker.controller.report?.progress ?? '').includes('there is no blob') ? true : undefined,
    );
    assert.deepEqual(worker.controller.outcomes, []);
    worker.controller.addBlob(model);
    assert.equal(await reasonOf('optimised'), '');
  });

  it('deletes the work files of an earlier process at the start', async () => {
    await using folder = await createTempFolder();
    await mkdir(join(folder.path, 'work', 'make-left'), { recursive: true });
    await using again = await startTestWorker({ cacheDir: folder.path });
    await waitFor('hello', () => again.controller.hellos[0]);
    assert.deepEqual(await readdir(join(folder.path, 'work')), []);
  });
});

const nonEmpty = <T>(list: readonly T[]): readonly [T, ...T[]] | undefined => {
  const [first, ...rest] = list;
  return first === undefined ? undefined : [first, ...rest];
};
