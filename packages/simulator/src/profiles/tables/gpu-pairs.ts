// Models that both NVIDIA's and timm's table have.

import { ParetoError } from '@pareto/core';
import { fitGpu, type GpuFit, type GpuSample } from '../fits/fit-gpu.js';
import type { NvidiaProfile } from './nvidia.js';
import type { TimmModel } from './timm.js';

/** Names in NVIDIA's table, with the architecture and the image size in timm's. */
const pairs = [
  { nvidia: 'resnet50-v1.5', base: 'resnet50', imageSize: 224 },
  { nvidia: 'resnext101-32x4d', base: 'resnext101_32x4d', imageSize: 224 },
  { nvidia: 'se-resnext101-32x4d', base: 'seresnext101_32x4d', imageSize: 224 },
  { nvidia: 'efficientnet-b0', base: 'efficientnet_b0', imageSize: 224 },
  { nvidia: 'efficientnet-b4', base: 'tf_efficientnet_b4', imageSize: 380 },
];

const runtime = 'pytorch-eager (NGC)';

/** Returns the models that both tables have for a GPU, such as `T4`, in a precision. */
export const findGpuSamples = (
  gpu: string,
  precision: string,
  nvidia: readonly NvidiaProfile[],
  timm: readonly TimmModel[],
): readonly GpuSample[] =>
  pairs.flatMap((pair) => {
    const profile = nvidia.find(
      (one) => one.model === pair.nvidia && one.gpu === gpu && one.precision === precision && one.runtime === runtime,
    );
    const model = timm.find(({ base, imageSize }) => base === pair.base && imageSize === pair.imageSize);
    if (profile === undefined || model === undefined) return [];
    return [{ points: profile.points, referencePerSecond: model.gpuPerSecond }];
  });

/** Fits a GPU in a precision. Throws `invalid-argument` if the tables have no model in common for it. */
export function fitGpuFromTables(
  gpu: string,
  precision: string,
  nvidia: readonly NvidiaProfile[],
  timm: readonly TimmModel[],
): GpuFit {
  const samples = findGpuSamples(gpu, precision, nvidia, timm);
  if (samples.length > 0) return fitGpu(samples);
  const problem = `no model is both in NVIDIA's table on ${gpu} with ${precision} and in timm's`;
  throw new ParetoError('invalid-argument', problem);
}
