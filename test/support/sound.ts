// Speech detection in a sound, window by window, with a model that returns its state with each answer.

import { readFile } from 'node:fs/promises';
import type { RawTensor } from '@pareto/protocol';
import type { TestClient } from './client.js';

const [rate, window, context] = [16_000, 512, 64];
const headerBytes = 44;

/** Reads 16-bit samples as windows of 32 ms, each preceded by the end of the one before, as silero expects them. */
export async function readWindows(wavPath: string): Promise<readonly Float32Array[]> {
  const bytes = Uint8Array.from((await readFile(wavPath)).subarray(headerBytes));
  const samples = Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32_768);
  const padded = new Float32Array(context + samples.length);
  padded.set(samples, context);
  return Array.from({ length: Math.floor(samples.length / window) }, (_, index) =>
    padded.slice(index * window, (index + 1) * window + context),
  );
}

/** Returns the probability of speech in each window. The state of an answer is sent with the next query. */
export async function listen(
  client: TestClient,
  variant: string,
  windows: readonly Float32Array[],
): Promise<readonly number[]> {
  const chances: number[] = [];
  let state: Buffer = Buffer.alloc(2 * 128 * 4);
  for (const samples of windows) {
    const inputs: readonly RawTensor[] = [
      { name: 'input', datatype: 'FP32', shape: [1, samples.length], raw: Buffer.from(samples.buffer) },
      { name: 'state', datatype: 'FP32', shape: [2, 1, 128], raw: state },
      { name: 'sr', datatype: 'INT64', shape: [], raw: Buffer.from(BigInt64Array.of(BigInt(rate)).buffer) },
    ];
    const { outputs } = await client.infer(variant, inputs, { latency_ms: 20_000 });
    const rawOf = (name: string): Buffer => outputs.find((output) => output.name === name)?.raw ?? Buffer.alloc(0);
    state = rawOf('stateN');
    chances.push(rawOf('output').readFloatLE(0));
  }
  return chances;
}

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const seconds = window / rate;
const pause = 0.25;

/** Returns the intervals with speech in seconds, which include short pauses. */
export function stretchesOf(chances: readonly number[]): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const [index, chance] of chances.entries()) {
    if (chance < 0.5) continue;
    const [start, end] = [index * seconds, (index + 1) * seconds];
    const last = found.at(-1);
    if (last !== undefined && start - last.end <= pause) found[found.length - 1] = { ...last, end };
    else found.push({ start, end });
  }
  return found;
}

/** Parses lines that start with `start end`. */
export const parseStretches = (text: string): readonly Stretch[] =>
  text
    .trim()
    .split('\n')
    .filter((line) => /^\d+\.\d+ \d+\.\d+/.test(line))
    .map((line) => line.split(' ').map(Number))
    .map(([start = NaN, end = NaN]) => ({ start, end }));
