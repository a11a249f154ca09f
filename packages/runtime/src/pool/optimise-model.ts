// Saves a model after ONNX Runtime's graph optimisations, so that loading it skips them.

import { ParetoError } from '@pareto/core';
import { stat } from 'node:fs/promises';
import type { ExecutorPool } from './executor-pool.js';

export interface OptimiseRequest {
  readonly modelPath: string;
  /** Path of the new file, in an existing folder. */
  readonly outputPath: string;
  /** Name of a file next to the new one for large weights. Required if the model has weights outside its graph. */
  readonly weightsName?: string | undefined;
  readonly memoryLimitBytes: number;
}

/**
 * Saves the optimised model, which runs on any cpu (level `extended`) but on no device. Runs at the lowest priority,
 * within the time and memory limits of a load. Throws as a load does.
 */
export async function optimiseModel(
  pool: Pick<ExecutorPool, 'load'>,
  { modelPath, outputPath, weightsName, memoryLimitBytes }: OptimiseRequest,
  signal?: AbortSignal,
): Promise<void> {
  const saved = { optimisedPath: outputPath, optimisedWeights: weightsName };
  const request = { modelPath, provider: 'cpu', threads: 1, ...saved, memoryLimitBytes, nice: true };
  await using _executor = await pool.load(request, signal);
  const size = await stat(outputPath).then(
    ({ size }) => size,
    () => 0,
  );
  if (size === 0) throw new ParetoError('internal', 'ONNX Runtime saved no optimised model');
}
