// Saves a model as ONNX Runtime has optimised it, so that later loads find that work done.

import { ParetoError } from '@pareto/core';
import { stat } from 'node:fs/promises';
import type { ExecutorPool } from './executor-pool.js';

export interface OptimiseRequest {
  readonly modelPath: string;
  /** Of the new file, in a folder that exists. */
  readonly outputPath: string;
  /** A file name: large weights are saved there, beside it. Wanted where those of the model lie outside its graph; else left out. */
  readonly weightsName?: string | undefined;
  readonly memoryLimitBytes: number;
}

/**
 * What is saved runs on any cpu (level `extended`), and on the cpu alone. In a process of the lowest priority, within the
 * time and memory of a load. Throws as a load does.
 */
export async function optimiseModel(
  pool: Pick<ExecutorPool, 'load'>,
  { modelPath, outputPath, weightsName, memoryLimitBytes }: OptimiseRequest,
  signal?: AbortSignal,
): Promise<void> {
  const saved = { optimisedPath: outputPath, optimisedWeights: weightsName };
  const wish = { modelPath, provider: 'cpu', threads: 1, ...saved, memoryLimitBytes, nice: true };
  await using _executor = await pool.load(wish, signal);
  const size = await stat(outputPath).then(
    ({ size }) => size,
    () => 0,
  );
  if (size === 0) throw new ParetoError('internal', 'ONNX Runtime saved no optimised model');
}
