// Shared by the runtime's tests: a pool on the system clock, fixtures, and functions that run models on floats.

import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, type Milliseconds } from '@pareto/core';
import { createExecutorPool, type Executor, type ExecutorPool, type RunOutcome } from '../../src/index.js';

export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.onnx`, import.meta.url));
/** Returns the path of a trained model of the digits example. */
export const digits = (name: string): string =>
  fileURLToPath(new URL(`../../../../examples/digits/models/${name}.onnx`, import.meta.url));

// The pool starts no process before a test needs one, so that a run without these tests leaves none behind.
export const pool: ExecutorPool = createExecutorPool({ size: 0, clock: systemClock });
const folder = mkdtemp(path.join(tmpdir(), 'pareto-runtime-'));

after(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(await folder, { recursive: true });
});

export async function saveModel(name: string, model: Uint8Array): Promise<string> {
  const file = await newPath(name);
  await writeFile(file, model);
  return file;
}

/** Returns the path of a new model file. */
export const newPath = async (name: string): Promise<string> => path.join(await folder, `${name}.onnx`);

const mib = 2 ** 20;

export function load(modelPath: string, memoryLimitMib = 1024, signal?: AbortSignal): Promise<Executor> {
  return pool.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: memoryLimitMib * mib }, signal);
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

export function runFloats(
  executor: Executor,
  values: readonly number[],
  expectedMs?: Milliseconds,
): Promise<RunOutcome> {
  const input = { name: 'x', datatype: 'FP32', shape: [values.length, 1], data: [floats(...values)] } as const;
  return executor.run({ inputs: [input], outputs: [], expectedMs });
}

/** Returns the only output of a run as floats. */
export function floatsOf(outcome: RunOutcome): number[] {
  if (outcome.kind !== 'done') throw new Error(`expected a finished run, got ${JSON.stringify(outcome)}`);
  const data = outcome.outputs[0]?.data ?? Buffer.alloc(0);
  return [...new Float32Array(data.buffer, data.byteOffset, data.length / 4)];
}
