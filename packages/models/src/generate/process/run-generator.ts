// Rewrites a model in a process of its own.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import { startModelProcess } from '../../process/model-process.js';
import type { Ranges } from '../../rewrite/generator.js';
import type { GeneratorResult, GeneratorJob } from './generator-protocol.js';

export interface GenerationRequest {
  /** Path of the model's `.onnx` file. The graph has the paths of its external data. */
  readonly graph: string;
  /** Key of `generators`. */
  readonly recipe: string;
  /** `observe` writes the model whose outputs are the ranges that `rewrite` of the same recipe needs. */
  readonly phase: 'observe' | 'rewrite';
  /** Observed ranges. Those that are not finite are ignored. */
  readonly ranges?: Ranges;
  /** An existing empty folder for the files. */
  readonly folder: string;
}

export interface GenerationLimits {
  /**
   * Memory of the process in addition to that of an empty one. Four times the model's size is enough for any recipe.
   */
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const script = fileURLToPath(new URL('../../../dist/generate/process/generator-main.cjs', import.meta.url));

/** Runs a generator process. Throws as `ModelProcess.run` does; `invalid-argument` for a problem of the model. */
export async function runGenerator(
  job: GenerationRequest,
  { memoryBytes, ...limits }: GenerationLimits,
  clock: Clock,
  isolation: Isolation = environmentOnly,
): Promise<GeneratorResult> {
  limits.signal?.throwIfAborted();
  const paths = [dirname(job.graph), job.folder];
  using generator = startModelProcess({ script, memoryBytes, isolation, clock });
  return await generator.run(toJob(job), { ...limits, what: `generating ${job.recipe}`, paths });
}

function toJob({ ranges = new Map(), ...job }: GenerationRequest): GeneratorJob {
  return { ...job, ranges: [...ranges].filter(([, [min, max]]) => Number.isFinite(min) && Number.isFinite(max)) };
}
