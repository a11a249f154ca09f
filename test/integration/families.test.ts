// Models of further families: an object detector, a classifier of file types, and a model of an old opset.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outdatedModel } from '@pareto/testkit';
import { readNpz, toNumbers, type Tensor } from '@pareto/models';
import type { RawTensor } from '@pareto/protocol';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { found } from '../support/findings.js';
import { fetchPythonPackage, preparePython, run } from '../support/python.js';
import { skipWithout } from '../support/skip.js';
import { readFirst } from '../support/validation-set.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const example = (path: string): string => join(root, 'examples', path);

/** Samples of a validation set as inputs of queries. */
interface Samples {
  readonly labels: Tensor;
  rows(from: number, to: number): RawTensor;
}

async function readSamples(path: string, name: string): Promise<Samples> {
  const arrays = await readNpz(path);
  const [input, labels] = [arrays.get(name), arrays.get('label')];
  if (input === undefined || labels === undefined) throw new Error(`${path} has no arrays ${name} and label`);
  const bytes = input.data.length / (input.dims[0] ?? 1);
  return {
    labels,
    rows: (from, to) => ({
      name,
      datatype: input.datatype,
      shape: [to - from, ...input.dims.slice(1)],
      raw: Buffer.from(input.data.subarray(from * bytes, to * bytes)),
    }),
  };
}

const floatsOf = ({ raw }: RawTensor): readonly number[] => Array.from(new Float32Array(Uint8Array.from(raw).buffer));

describe('other families of models', function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let client: TestClient;
  before(async () => {
    cluster = await startCluster({ workers: 1 });
    client = createTestClient(cluster);
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  /** Waits until all variants are measured. Prints and returns the point estimates by recipe. */
  async function accuracies(task: string): Promise<ReadonlyMap<string, number>> {
    await client.waitUntilDone(task, 200_000);
    const { variants } = await client.registry.describe({ name: task });
    return new Map(
      variants.map(({ name, recipe, measurements: [measurement] }) => {
        const accuracy = measurement?.accuracy ?? undefined;
        assert.ok(accuracy !== undefined, `${name} was not measured: ${measurement?.error}`);
        found({ name: `${accuracy.metric} of ${name}`, value: 100 * accuracy.value, unit: '%' });
        return [recipe, accuracy.value] as const;
      }),
    );
  }

  /** Runs an example script and returns its output, or skips the test if Python is not available. */
  async function outputOf(test: Mocha.Context, script: string, ...args: readonly string[]): Promise<string> {
    const environment = await preparePython();
    if (environment.kind === 'missing') {
      Object.assign(test.test ?? {}, { skipReason: environment.reason });
      return test.skip();
    }
    const ended = await run(environment.python, [example(script), '--router', cluster.router.address, ...args]);
    assert.equal(ended.code, 0, ended.output);
    return ended.output;
  }

  describe('an object detector', () => {
    before(async () => {
      const validation = await readFile(example('shapes/validation.npz'));
      await client.registerTask('shapes', { validation, metric: 'box-iou', objective: { latencyMs: 20_000 } });
      const model = await readFile(example('shapes/shapes.onnx'));
      const recipes = ['int8-static', 'fp16'];
      await client.registerModel('shapes', 'shape-finder', model, { recipes, keepDominated: true });
    });

    it('has the mean IoU of its boxes as accuracy, in int8 and half precision too', async () => {
      const measured = await accuracies('shapes');
      for (const recipe of ['original', 'int8-static', 'fp16'])
        assert.ok((measured.get(recipe) ?? 0) > 0.9, `${recipe}: ${measured.get(recipe)}`);
    });

    it('finds known boxes, alone and in batches', async () => {
      const samples = await readSamples(example('shapes/validation.npz'), 'image');
      const labels = toNumbers(samples.labels);
      const boxes = async (from: number, to: number): Promise<readonly number[]> => {
        const { outputs } = await client.infer('shape-finder:original', [samples.rows(from, to)]);
        return outputs.filter(({ name }) => name === 'boxes').flatMap(floatsOf);
      };
      const alone = (await Promise.all([0, 1, 2, 3, 4].map((at) => boxes(at, at + 1)))).flat();
      const together = await boxes(0, 5);
      assert.equal(together.length, 5 * 3 * 4);
      for (const [index, edge] of together.entries()) {
        assert.ok(
          Math.abs(edge - (labels[index] ?? NaN)) < 4,
          `edge ${index} is at ${edge}, drawn at ${labels[index]}`,
        );
        assert.ok(Math.abs(edge - (alone[index] ?? NaN)) < 0.01);
      }
    });

    it('is queried by the example script', async function () {
      const output = await outputOf(this, 'shapes/find_shapes.py', '--seed', '3', '--min-accuracy', '0.9');
      const ious = Array.from(output.matchAll(/^(?:circle|square|triangle) .* IoU (\d\.\d+)/gm), ([, iou]) =>
        Number(iou),
      );
      assert.ok(ious.length === 3 && ious.every((iou) => iou > 0.75), output);
    });
  });

  describe('a classifier of file types', () => {
    before(async function () {
      const fetched = await fetchPythonPackage('magika==1.0.3');
      skipWithout(this, fetched.kind === 'missing' ? fetched.reason : undefined);
      if (fetched.kind === 'missing') return;
      const validation = await readFirst(example('file-types/samples.npz'), 104);
      await client.registerTask('file-types', { validation, objective: { latencyMs: 20_000 } });
      const model = await readFile(join(fetched.folder, 'magika/models/standard_v3_3/model.onnx'));
      await client.registerModel('file-types', 'magika', model, { recipes: ['int8-dynamic'], keepDominated: true });
    });

    it('is right for most files, in int8 too', async () => {
      const measured = await accuracies('file-types');
      for (const recipe of ['original', 'int8-dynamic'])
        assert.ok((measured.get(recipe) ?? 0) > 0.88, `${recipe}: ${measured.get(recipe)}`);
    });

    it('recognises known files, alone and together', async () => {
      const samples = await readSamples(example('file-types/samples.npz'), 'bytes');
      const classes = async (from: number, to: number): Promise<readonly number[]> => {
        const { outputs } = await client.infer('magika:original', [samples.rows(from, to)]);
        const scores = outputs.flatMap(floatsOf);
        const perFile = scores.length / (to - from);
        return Array.from({ length: to - from }, (_, file) => {
          const own = scores.slice(file * perFile, (file + 1) * perFile);
          return own.indexOf(Math.max(...own));
        });
      };
      // The first 26 files are complete, one of each type.
      const expected = Array.from(toNumbers(samples.labels)).slice(0, 26);
      const alone = await Promise.all(expected.map((_, file) => classes(file, file + 1)));
      assert.deepEqual(alone.flat(), expected);
      assert.deepEqual(await classes(0, 26), expected);
    });

    it('is queried by the example script', async function () {
      const files = ['README.md', 'package.json', 'examples/ocr/page.png', 'examples/voice/speech.wav'];
      const output = await outputOf(this, 'file-types/identify.py', ...files.map((file) => join(root, file)));
      const types = Array.from(output.matchAll(/: (\w+) \(\d+%\)$/gm), ([, type]) => type);
      assert.deepEqual(types, ['markdown', 'json', 'png', 'wav'], output);
    });
  });

  describe('a model of opset 6', () => {
    it('is upgraded at registration, and answers as its operators did', async () => {
      await client.registerTask('old');
      const { manifest } = await client.registerModel('old', 'channels', outdatedModel(), { recipes: ['optimised'] });
      assert.notEqual(manifest?.files[0]?.digest, await client.upload(outdatedModel()));
      const jobs = await client.waitUntilDone('old');
      const states = jobs.flatMap(({ steps }) => steps.map(({ state, detail }) => `${state} ${detail}`));
      assert.ok(states.length > 1 && !states.some((state) => state.startsWith('failed')), states.join('\n'));
      const raw = Buffer.from(Float32Array.from({ length: 12 }, (_, index) => index).buffer);
      const { outputs } = await client.infer('old', [{ name: 'x', datatype: 'FP32', shape: [2, 2, 3], raw }]);
      assert.deepEqual(outputs.flatMap(floatsOf), [1, 2, 3, 5, 6, 7, 7, 8, 9, 11, 12, 13]);
    });
  });
});
