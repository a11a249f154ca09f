// Generates the file of a recipe: by a rewrite of the graph, some of which need calibrated ranges, or by ONNX Runtime's
// optimiser.

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import type { Isolation } from '@pareto/isolation';
import {
  generators,
  runGenerator,
  type Generator,
  type GraphGenerator,
  type GenerationRequest,
  type GeneratorResult,
  type Ranges,
  type RuntimeGenerator,
} from '@pareto/models';
import { optimiseModel } from '@pareto/runtime';
import type { StepContext } from '../orders/step-context.js';
import { calibrate } from './calibrate.js';
import type { Samples } from '../sampling/samples.js';
import { loadInBackground, type BackgroundDeps } from '../sampling/background-executor.js';
import { createSampleBudget } from '../sampling/sample-budget.js';

export interface GenerationInput extends BackgroundDeps, StepContext {
  readonly recipe: string;
  /** Path of the graph of the original. */
  readonly modelPath: string;
  /** Total size of the original's files. */
  readonly sizeBytes: number;
  /** Set if the original has weights in files of their own. */
  readonly isSplit: boolean;
  /** Set if the original has a batch dimension. */
  readonly batched: boolean;
  /** Number of samples per calibration run, if there is a batch dimension. */
  readonly batch: number;
  /** Samples that are not used for evaluation, or the reason why there are none. */
  readonly calibration: Samples | string;
  /** Isolation of the generator process. */
  readonly isolation: Isolation;
  /** Existing, empty folder. */
  readonly folder: string;
}

/**
 * Result of a generator: the names of the files in `folder`, or the reason why the recipe does not apply to the model.
 */
export type GenerationResult =
  | {
      readonly kind: 'made';
      readonly folder: string;
      readonly names: readonly string[];
      readonly note: string;
    }
  | { readonly kind: 'declined'; readonly reason: string };

/** Returns the generator of a recipe. Throws `invalid-argument` for a recipe that this worker does not support. */
export function generatorOf(recipe: string): Generator {
  const generator = generators.get(recipe);
  if (generator !== undefined) return generator;
  throw new ParetoError('invalid-argument', `this worker does not support the recipe ${recipe}`);
}

/** Generates the files of a recipe. Throws the error of a failed generator process or load. */
export const generateFile = (generator: Generator, input: GenerationInput): Promise<GenerationResult> =>
  generator.kind === 'rewrite' ? rewriteGraph(generator, input) : optimise(generator, input);

async function rewriteGraph(generator: GraphGenerator, input: GenerationInput): Promise<GenerationResult> {
  const { reportProgress } = input;
  const observed = generator.observe === undefined ? noRanges : await observe(input);
  if (observed.kind === 'declined') return observed;
  reportProgress('rewriting');
  const rewritten = await runGeneratorIn('made', { phase: 'rewrite', ranges: observed.ranges }, input);
  return toGenerationResult(rewritten);
}

type Declined = Extract<GeneratorResult, { kind: 'declined' }>;

const noRanges = { kind: 'observed', ranges: new Map() } as const;
type Observed = { readonly kind: 'observed'; readonly ranges: Ranges } | Declined;

/** Returns the value ranges of the tensors on the calibration samples. */
async function observe(input: GenerationInput): Promise<Observed> {
  const { calibration, batched, batch, reportProgress, signal } = input;
  reportProgress('preparing to calibrate');
  const observing = await runGeneratorIn('observing', { phase: 'observe' }, input);
  if (observing.kind === 'declined') return observing;
  if (typeof calibration === 'string') return { kind: 'declined', reason: calibration };
  await using model = await loadInBackground('the calibration model', graphIn(observing), input, signal);
  const budget = createSampleBudget('calibrating', input);
  const ranges = await calibrate({ model, samples: calibration, batched, batch, budget });
  return { kind: 'observed', ranges };
}

type GeneratedInFolder = Extract<GeneratorResult, { kind: 'made' }> & { readonly folder: string };

/** Runs the generator process, which writes its files into a new folder `name`. */
async function runGeneratorIn(
  name: string,
  job: Pick<GenerationRequest, 'phase' | 'ranges'>,
  input: GenerationInput,
): Promise<GeneratedInFolder | Declined> {
  const { modelPath, recipe, signal, clock, isolation, stepMemory, sizeBytes } = input;
  const folder = join(input.folder, name);
  await mkdir(folder);
  const factor = generatorOf(recipe).opensBatch === true ? copyingFactor : rewritingFactor;
  using _tracked = stepMemory.add(() => factor * sizeBytes);
  const limits = { memoryBytes: input.memoryLimitBytes(), timeoutMs: maxGenerationMs, signal };
  const generated = await runGenerator({ graph: modelPath, recipe, folder, ...job }, limits, clock, isolation);
  return generated.kind === 'declined' ? generated : { ...generated, folder };
}

/**
 * Memory that the generator process is assumed to hold, as a multiple of the size of the model: enough for any recipe,
 * and for one that leaves the weights as they are.
 */
const [rewritingFactor, copyingFactor] = [4, 2];
const maxGenerationMs = 600_000;

const graphIn = ({ folder, files }: GeneratedInFolder): string =>
  join(folder, files.find(({ path }) => path.endsWith('.onnx'))?.path ?? '');

function toGenerationResult(generated: GeneratedInFolder | Declined): GenerationResult {
  if (generated.kind === 'declined') return generated;
  const { folder, files, note } = generated;
  return { kind: 'made', folder, names: files.map(({ path }) => path), note };
}

async function optimise({ note }: RuntimeGenerator, input: GenerationInput): Promise<GenerationResult> {
  const { pool, modelPath, isSplit, reportProgress, signal } = input;
  const folder = join(input.folder, 'made');
  await mkdir(folder);
  reportProgress('optimising');
  const name = 'model.onnx';
  const memoryLimitBytes = input.memoryLimitBytes();
  const weightsName = isSplit ? 'weights.bin' : undefined;
  await optimiseModel(pool, { modelPath, outputPath: join(folder, name), weightsName, memoryLimitBytes }, signal);
  // ONNX Runtime keeps small weights in the graph, so there may be no weights file.
  return { kind: 'made', folder, names: await readdir(folder), note };
}
