// Makes the file of a recipe: a rewrite of the graph, for some after a look at the values on real samples; or what ONNX Runtime saves.

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { generators, runMaker, type Generator, type MakeJob, type Made, type Ranges } from '@pareto/models';
import { optimiseModel } from '@pareto/runtime';
import type { StepContext } from '../orders/step-context.js';
import { calibrate } from './calibrate.js';
import type { Samples } from '../sampling/samples.js';
import { loadInBackground, type BackgroundDeps } from '../sampling/background-executor.js';
import { createSampleBudget } from '../sampling/sample-budget.js';

export interface GenerationInput extends BackgroundDeps, StepContext {
  readonly recipe: string;
  /** The graph of what it is made from, and the bytes of all its files. */
  readonly modelPath: string;
  readonly sizeBytes: number;
  /** Weights lie in files beside the graph. */
  readonly isSplit: boolean;
  /** It has a batch dimension. */
  readonly batched: boolean;
  /** How many samples run together. */
  readonly batch: number;
  /** Samples that nothing is evaluated on; a text says why there are none. */
  readonly calibration: Samples | string;
  /** Is there, and empty. */
  readonly folder: string;
}

/** The files by their names in `folder`, and how near their answers have to come to the original's. */
export type GenerationResult =
  | {
      readonly kind: 'made';
      readonly folder: string;
      readonly names: readonly string[];
      readonly note: string;
      readonly bound: number;
    }
  | { readonly kind: 'declined'; readonly reason: string };

/** Throws what a maker or a load throws; `invalid-argument` for a recipe that is not known here. */
export async function generateFile(input: GenerationInput): Promise<GenerationResult> {
  const { recipe, reportProgress } = input;
  if (recipe === 'optimised') return optimise(input);
  const generator = generators.get(recipe);
  if (generator === undefined)
    throw new ParetoError('invalid-argument', `this worker doesn't know the recipe ${recipe}`);
  const observed = generator.observe === undefined ? noRanges : await observe(input);
  if (observed.kind === 'declined') return observed;
  reportProgress('rewriting');
  const rewritten = await runGeneratorIn('made', { phase: 'rewrite', ranges: observed.ranges }, input);
  return toGenerationResult(rewritten, generator);
}

const noRanges = { kind: 'observed', ranges: new Map() } as const;
type Observed = { readonly kind: 'observed'; readonly ranges: Ranges } | Extract<Made, { kind: 'declined' }>;

/** Runs the observing model on the calibration samples. */
async function observe(input: GenerationInput): Promise<Observed> {
  const { calibration, batched, batch, reportProgress, signal } = input;
  reportProgress('preparing to calibrate');
  const observing = await runGeneratorIn('observing', { phase: 'observe' }, input);
  if (observing.kind === 'declined') return observing;
  if (typeof calibration === 'string') return { kind: 'declined', reason: calibration };
  await using model = await loadInBackground('the model that is calibrated', graphIn(observing), input, signal);
  const budget = createSampleBudget('calibrating', input);
  const ranges = await calibrate({ model, samples: calibration, batched, batch, budget });
  return { kind: 'observed', ranges };
}

type GeneratedInFolder = Extract<Made, { kind: 'made' }> & { readonly folder: string };

/** A folder of its own gets the files. */
async function runGeneratorIn(
  name: string,
  job: Pick<MakeJob, 'phase' | 'ranges'>,
  input: GenerationInput,
): Promise<GeneratedInFolder | Extract<Made, { kind: 'declined' }>> {
  const { modelPath, recipe, signal, clock, stepMemory, sizeBytes } = input;
  const folder = join(input.folder, name);
  await mkdir(folder);
  using _tracked = stepMemory.add(() => Promise.resolve(rewritingFactor * sizeBytes));
  const limits = { memoryBytes: input.memoryLimitBytes(), timeoutMs: maxGenerationMs, signal };
  const generated = await runMaker({ graph: modelPath, recipe, folder, ...job }, limits, clock);
  return generated.kind === 'declined' ? generated : { ...generated, folder };
}

/** What rewriting may hold, over the size of the model. */
const rewritingFactor = 4;
const maxGenerationMs = 600_000;

const graphIn = ({ folder, files }: GeneratedInFolder): string =>
  join(folder, files.find(({ path }) => path.endsWith('.onnx'))?.path ?? '');

function toGenerationResult(
  generated: GeneratedInFolder | Extract<Made, { kind: 'declined' }>,
  { bound }: Generator,
): GenerationResult {
  if (generated.kind === 'declined') return generated;
  const { folder, files, note } = generated;
  return { kind: 'made', folder, names: files.map(({ path }) => path), note, bound };
}

/** Fusions round otherwise than what they stand for. */
const optimisedBound = 0.9999;

async function optimise(input: GenerationInput): Promise<GenerationResult> {
  const { pool, modelPath, isSplit, reportProgress, signal } = input;
  const folder = join(input.folder, 'made');
  await mkdir(folder);
  reportProgress('optimising');
  const name = 'model.onnx';
  const memoryLimitBytes = input.memoryLimitBytes();
  const weightsName = isSplit ? 'weights.bin' : undefined;
  await optimiseModel(pool, { modelPath, outputPath: join(folder, name), weightsName, memoryLimitBytes }, signal);
  // Small weights are in the graph all the same; so there may be none beside it.
  return {
    kind: 'made',
    folder,
    names: await readdir(folder),
    note: 'optimised ahead of loading',
    bound: optimisedBound,
  };
}
