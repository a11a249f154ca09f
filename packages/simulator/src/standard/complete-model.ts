// Completes a model of timm's table to profiles on the classes of the standard scenario.

import { originalRecipe } from '@pareto/core';
import { cpuPoints } from '../profiles/fits/cpu-points.js';
import { loadMs, memoryMib } from '../profiles/fits/estimate-resources.js';
import { gpuPoints, type GpuFit } from '../profiles/fits/fit-gpu.js';
import type { TimmModel } from '../profiles/tables/timm.js';
import type { BatchPoint, SimulatedVariant, VariantProfile } from '../scenario/registry.js';

/** Hardware class that models are completed for. */
export interface CompletedClass {
  readonly hardwareClass: string;
  /** Fit of the GPU. Undefined for a core of a CPU. */
  readonly gpu: GpuFit | undefined;
  /** Memory that a replica may use. */
  readonly memoryMib: number;
}

/** Batch sizes of online queries on GPUs and CPUs: the largest ones in INFaaS. */
const gpuBatches = [1, 2, 4, 8, 16, 32];
const cpuBatches = [1, 2, 4, 8];

/** Returns the variant of a task, with a profile for each class whose memory it fits in. */
export function completeModel(model: TimmModel, task: string, classes: readonly CompletedClass[]): SimulatedVariant {
  const architecture = model.name.replace('@', '-');
  return {
    ...{ name: `${architecture}:${originalRecipe}`, architecture, task, accuracy: model.accuracy },
    profiles: classes.flatMap((one) => profileOn(model, one)),
  };
}

function profileOn(
  model: TimmModel,
  { hardwareClass, gpu, memoryMib: limit }: CompletedClass,
): readonly VariantProfile[] {
  const batches = (gpu === undefined ? cpuBatches : gpuBatches).filter((batch) => memoryMib(model, batch) <= limit);
  const largest = batches.at(-1);
  if (largest === undefined) return [];
  const [points, fit] =
    gpu === undefined
      ? [cpuPoints(model, batches), 'cpuPoints']
      : [gpuPoints(gpu, model.gpuPerSecond, batches), 'fitGpu'];
  return [
    {
      ...{ hardwareClass, points: points.map(roundPoint) },
      ...{ memoryMib: round(memoryMib(model, largest)), loadMs: round(loadMs(model.weightsMib)) },
      ...{ modelled: true, source: `${model.source}, completed by ${fit}` },
    },
  ];
}

/** Rounds to thousandths: the last digits of powers and logarithms differ between releases of Node. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

const roundPoint = ({ batch, p50Ms, p95Ms, p99Ms }: BatchPoint): BatchPoint => ({
  ...{ batch, p50Ms: round(p50Ms), p95Ms: round(p95Ms), p99Ms: round(p99Ms) },
});
