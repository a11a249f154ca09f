// Models that others trained: variants of a text reader and of a detector of speech, compared with fp32 on real inputs.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recipes } from '@pareto/core';
import type { RawTensor, wire } from '@pareto/rpc';
import { createTempFolder, fetchNpmPackage, floats, longs, writeNpz, type NpyArray } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { found } from '../support/findings.js';
import { skipWithout } from '../support/skip.js';
import { answersAlone, bestOf, fetchTextReader, readWords, type TextReader, type Words } from '../support/words.js';

const raw = (dims: readonly number[], data: Float32Array): NpyArray => ({
  ...{ descr: '<f4', dims },
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

/** Words that each variant is asked to read through a router. */
const asked = 20;

/** Every recipe has made its file, or said why not; what was made is measured. */
function checkAll({ variants, outcomes }: wire.DescribeResponse): void {
  for (const { name } of recipes.filter((recipe) => recipe.name !== 'original')) {
    const outcome = outcomes.find(({ recipe }) => recipe === name);
    assert.ok(outcome !== undefined, `nothing came of ${name}`);
    assert.equal(outcome.error, '', `${name}: ${outcome.error}`);
    if (outcome.declined === '') assert.ok(outcome.similarity > 0.9, `${name} is like fp32 by ${outcome.similarity}`);
    else assert.ok(outcome.declined.length > 20, `${name} declined: ${outcome.declined}`);
  }
  for (const { name, measurements } of variants) {
    assert.ok(measurements.length > 0, `${name} was not measured`);
    for (const { error } of measurements) assert.equal(error, '', `${name}: ${error}`);
  }
}

describe('pretrained models', function () {
  this.timeout(600_000);
  let cluster: Cluster;
  let client: TestClient;
  before(async () => {
    cluster = await startCluster({ workers: 2 });
    client = createTestClient(cluster);
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  describe('a text reader (PP-OCRv4)', () => {
    let reader: TextReader;
    let words: Words;
    before(async function () {
      const fetched = await fetchTextReader();
      skipWithout(this, fetched.kind === 'missing' ? fetched.reason : undefined);
      if (fetched.kind === 'ready') reader = fetched.it;
      words = await readWords();
    });

    /** The reading of each word by fp32, step by step. */
    async function readings(): Promise<readonly number[]> {
      await using folder = await createTempFolder();
      const path = folder.file('reader.onnx');
      await writeFile(path, reader.model);
      const answers = await answersAlone(
        path,
        words.texts.map((_, index) => [words.input(index)]),
      );
      return answers.flatMap(bestOf);
    }

    it('gets variants that read what fp32 reads', async () => {
      const steps = await readings();
      const { count } = words;
      const validation = writeNpz({
        x: raw([count, 1, 3, 48, 320], words.pixels),
        label: longs([count, 1, steps.length / count], steps),
      });
      await client.registerTask('words', { validation, metric: 'exact-match', objective: { latencyMs: 2_000 } });
      await client.registerModel('words', 'reader', reader.model, { recipes: 'all' });
      await client.waitUntilDone('words', 400_000);
      const described = await client.registry.describe({ name: 'words' });
      checkAll(described);
      const original = described.variants.find(({ recipe }) => recipe === 'original');
      assert.equal(original?.measurements[0]?.accuracy?.value, 1, 'the original reads what it read before');
      for (const { name, recipe } of described.variants) {
        const right = await countRight(name);
        found({ name: `words that ${name} reads, of ${asked}`, value: right, unit: '' });
        if (recipe === 'original') assert.ok(right >= asked - 2, `fp32 reads ${right} of ${asked}`);
        else assert.ok(right >= asked / 3, `${name} reads ${right} of ${asked} words`);
      }
    });

    async function countRight(variant: string): Promise<number> {
      let right = 0;
      for (const [index, text] of words.texts.slice(0, asked).entries()) {
        const { outputs } = await client.infer(variant, [words.input(index)], { latency_ms: 20_000 });
        if (reader.decode(outputs[0]?.raw ?? Buffer.alloc(0)) === text) right++;
      }
      return right;
    }
  });

  describe('a detector of speech (silero)', () => {
    let model: Buffer;
    before(async function () {
      const fetched = await fetchNpmPackage('@ricky0123/vad-web@0.0.31');
      skipWithout(this, fetched.kind === 'missing' ? fetched.reason : undefined);
      if (fetched.kind === 'ready') model = await readFile(join(fetched.folder, 'dist/silero_vad_v5.onnx'));
    });

    /** 32 ms of sound each: hum with overtones like a voice's, louder and softer, in noise. */
    const frame = (index: number): Float32Array =>
      Float32Array.from({ length: 512 }, (_, at) => {
        const seconds = (index * 512 + at) / 16_000;
        const voice = [1, 2, 3, 5, 8].reduce(
          (sum, tone) => sum + Math.sin(2 * Math.PI * 140 * tone * seconds) / tone,
          0,
        );
        return (
          0.2 * voice * Math.max(0, Math.sin(2 * Math.PI * 1.3 * seconds)) + 0.01 * Math.sin(9_000 * seconds * seconds)
        );
      });

    const inputs = (index: number): readonly RawTensor[] => [
      { name: 'input', datatype: 'FP32', shape: [1, 512], raw: Buffer.from(frame(index).buffer) },
      { name: 'state', datatype: 'FP32', shape: [2, 1, 128], raw: Buffer.alloc(1024) },
      { name: 'sr', datatype: 'INT64', shape: [], raw: Buffer.from(BigInt64Array.of(16_000n).buffer) },
    ];

    it('gets variants that hear what fp32 hears', async () => {
      await using folder = await createTempFolder();
      const path = folder.file('vad.onnx');
      await writeFile(path, model);
      const count = 60;
      const frames = Array.from({ length: count }, (_, index) => index);
      const answers = await answersAlone(path, frames.map(inputs));
      const validation = writeNpz({
        input: floats(
          [count, 1, 512],
          frames.flatMap((index) => [...frame(index)]),
        ),
        state: floats(
          [count, 2, 1, 128],
          Array.from({ length: count * 256 }, () => 0),
        ),
        sr: longs(
          [count],
          frames.map(() => 16_000),
        ),
        label: floats(
          [count, 1, 1],
          answers.map((answer) => answer.readFloatLE(0)),
        ),
      });
      await client.registerTask('speech', { validation, metric: 'mse' });
      await client.registerModel('speech', 'silero', model, { recipes: 'all' });
      await client.waitUntilDone('speech');
      const described = await client.registry.describe({ name: 'speech' });
      checkAll(described);
      for (const { name } of described.variants) {
        for (const index of [3, 20, 41]) {
          const { outputs } = await client.infer(name, inputs(index), { latency_ms: 20_000 });
          const heard =
            outputs.find(({ datatype, shape }) => datatype === 'FP32' && shape.length === 2)?.raw.readFloatLE(0) ?? NaN;
          const expected = answers[index]?.readFloatLE(0) ?? NaN;
          assert.ok(Math.abs(heard - expected) < 0.1, `${name}: ${heard}, fp32 ${expected}`);
        }
      }
    });
  });
});
