// What the docstrings and the README state of the fits to the tables of others, and that the stand-in has the same.

import assert from 'node:assert/strict';
import type { BatchPoint } from '../../../src/index.js';
import { gpuPoints } from '../../../src/profiles/fits/fit-gpu.js';
import { fitLine, lineAt } from '../../../src/profiles/fits/fit-line.js';
import { fitGpuFromTables, findGpuSamples } from '../../../src/profiles/tables/gpu-pairs.js';
import { readNvidia, type NvidiaProfile } from '../../../src/profiles/tables/nvidia.js';
import { readTimm, type TimmModel } from '../../../src/profiles/tables/timm.js';
import { standInGpus } from '../../../src/standard/stand-in.js';
import { readTables } from '../../support/data-folder.js';

const gpus = [
  { gpu: 'T4', precision: 'FP32', models: 3, fit: [10.4, 14.2], errors: [15, 52] },
  { gpu: 'V100', precision: 'FP32', models: 5, fit: [14.5, 3.54], errors: [26, 65] },
  { gpu: 'A100', precision: 'TF32', models: 2, fit: [10.3, 1.51], errors: [19, 31] },
] as const;

const isFitted = ({ batch }: BatchPoint): boolean => batch <= 64;

/** Mean and maximum relative error in percent. */
function errorsOf(pairs: readonly (readonly [predicted: number, measured: number])[]): readonly number[] {
  const errors = pairs.map(([predicted, measured]) => 100 * Math.abs(predicted / measured - 1));
  return [errors.reduce((sum, error) => sum + error, 0) / errors.length, Math.max(...errors)].map(Math.round);
}

describe('the fits to the tables of others', () => {
  let timm: readonly TimmModel[];
  let nvidia: readonly NvidiaProfile[];
  before(async function () {
    const files = await readTables(this);
    [timm, nvidia] = [readTimm(files.timm), readNvidia(files.nvidia)];
  });

  for (const { gpu, precision, models, fit: expected, errors } of gpus) {
    it(`have the results and errors that are stated for ${gpu}`, () => {
      const samples = findGpuSamples(gpu, precision, nvidia, timm);
      assert.equal(samples.length, models);
      const fit = fitGpuFromTables(gpu, precision, nvidia, timm);
      assert.deepEqual([Number(fit.interceptMs.toPrecision(3)), Number(fit.slowdown.toPrecision(3))], expected);
      assert.deepEqual([standInGpus[gpu]?.interceptMs, standInGpus[gpu]?.slowdown], expected);
      const pairs = samples.flatMap(({ points, referencePerSecond }) =>
        points.filter(isFitted).map(({ batch, p50Ms }) => {
          const [predicted] = gpuPoints(fit, referencePerSecond, [batch]);
          return [predicted?.p50Ms ?? 0, p50Ms] as const;
        }),
      );
      assert.deepEqual(errorsOf(pairs), errors);
    });

    it(`have spreads in the stand-in that are the means on ${gpu}`, () => {
      const { points } = fitGpuFromTables(gpu, precision, nvidia, timm);
      const mean = (ratio: (point: BatchPoint) => number): number =>
        points.reduce((sum, point) => sum + ratio(point), 0) / points.length;
      const [spread] = standInGpus[gpu]?.points ?? [];
      assert.equal(mean(({ p50Ms, p95Ms }) => p95Ms / p50Ms).toFixed(2), spread?.p95Ms.toFixed(2));
      assert.equal(mean(({ p50Ms, p99Ms }) => p99Ms / p50Ms).toFixed(2), spread?.p99Ms.toFixed(2));
    });
  }

  it('are lines with the errors that are stated', () => {
    const pairs = gpus.flatMap(({ gpu, precision }) =>
      findGpuSamples(gpu, precision, nvidia, timm).flatMap(({ points }) => {
        const fitted = points.filter(isFitted);
        const line = fitLine(fitted);
        return fitted.map(({ batch, p50Ms }) => [lineAt(line, batch), p50Ms] as const);
      }),
    );
    assert.deepEqual(errorsOf(pairs), [8, 28]);
  });
});
