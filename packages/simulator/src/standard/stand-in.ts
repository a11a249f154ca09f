// Stand-in for the tables of the data folder, which the repository does not have: generated families, fitted GPUs, prices.

import type { GpuFit } from '../profiles/fits/fit-gpu.js';
import type { InstanceType } from '../profiles/tables/ec2.js';
import type { TimmModel } from '../profiles/tables/timm.js';
import type { Family } from './families.js';

/** Work of the smallest model of each family, in GMACs. */
const smallestGmacs = [2, 3, 4, 5, 6, 20, 22, 24, 28, 32];
/** Work of the largest model of each family, in GMACs. */
const largestGmacs = 720;
const modelsPerFamily = 7;

/**
 * Returns ten families of seven models whose work grows geometrically. Their other properties are those that timm's models
 * for images of 384 pixels or more have for that work in the mean, by least squares of the logarithms over 233 models.
 */
export const standInFamilies = (): readonly Family[] =>
  smallestGmacs.map((smallest, index) => ({
    name: `family-${index}`,
    models: Array.from({ length: modelsPerFamily }, (_, step) =>
      modelOf(`family-${index}-${step}`, smallest * (largestGmacs / smallest) ** (step / (modelsPerFamily - 1))),
    ),
  }));

function modelOf(name: string, gmacs: number): TimmModel {
  const macts = 9.21 * gmacs ** 0.683;
  return {
    ...{ name: `${name}@384`, base: name, imageSize: 384, gmacs, macts },
    accuracy: Math.round(1e4 * (1 - 0.197 * gmacs ** -0.0804)) / 1e4,
    weightsMib: 14.5 * gmacs ** 0.79,
    gpuPerSecond: 48_300 * gmacs ** -0.274 * macts ** -0.701,
    source: 'generated',
  };
}

/** Results of `fitGpu`, with the means of the spreads of its points. */
export const standInGpus: Readonly<Record<string, GpuFit>> = {
  T4: { interceptMs: 10.4, slowdown: 14.2, points: [{ batch: 1, p50Ms: 1, p95Ms: 1.05, p99Ms: 1.12 }] },
  V100: { interceptMs: 14.5, slowdown: 3.54, points: [{ batch: 1, p50Ms: 1, p95Ms: 1.03, p99Ms: 1.09 }] },
  A100: { interceptMs: 10.3, slowdown: 1.51, points: [{ batch: 1, p50Ms: 1, p95Ms: 1.01, p99Ms: 1.09 }] },
};

/** EC2's prices on demand in us-east-1. */
export const standInInstanceTypes: readonly InstanceType[] = [
  { name: 'g4dn.xlarge', usdPerHour: 0.526, vcpus: 4, memoryGib: 16, gpus: 1, gpuMemoryGib: 16 },
  { name: 'p3.2xlarge', usdPerHour: 3.06, vcpus: 8, memoryGib: 61, gpus: 1, gpuMemoryGib: 16 },
  { name: 'p4d.24xlarge', usdPerHour: 21.957642, vcpus: 96, memoryGib: 1152, gpus: 8, gpuMemoryGib: 40 },
  { name: 'c7a.2xlarge', usdPerHour: 0.41056, vcpus: 8, memoryGib: 16, gpus: 0, gpuMemoryGib: 0 },
];
