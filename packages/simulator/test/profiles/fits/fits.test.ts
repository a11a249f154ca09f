import assert from 'node:assert/strict';
import { cpuPoints } from '../../../src/profiles/fits/cpu-points.js';
import { loadMs, memoryMib } from '../../../src/profiles/fits/estimate-resources.js';
import { fitGpu, gpuPoints } from '../../../src/profiles/fits/fit-gpu.js';
import { fitLine, lineAt } from '../../../src/profiles/fits/fit-line.js';
import { spreadNear } from '../../../src/profiles/fits/spread-near.js';
import type { BatchPoint } from '../../../src/index.js';
import { measuredBatches, measuredClassifiers } from './measured-classifiers.js';

const isNear = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value} is not ${expected}`);

/** Points on the line `intercept + slope * batch`, with a p95 and a p99 of 1.1 and 1.5 medians. */
const pointsOn = (intercept: number, slope: number, batches: readonly number[]): readonly BatchPoint[] =>
  batches.map((batch) => {
    const p50Ms = intercept + slope * batch;
    return { batch, p50Ms, p95Ms: p50Ms * 1.1, p99Ms: p50Ms * 1.5 };
  });

/** Mean and maximum of the relative errors of predictions. */
function errorsOf(pairs: readonly (readonly [predicted: number, measured: number])[]): readonly [number, number] {
  const errors = pairs.map(([predicted, measured]) => Math.abs(predicted / measured - 1));
  return [errors.reduce((sum, error) => sum + error, 0) / errors.length, Math.max(...errors)];
}

describe('the line of latencies', () => {
  it('goes through points that are on a line', () => {
    const line = fitLine(pointsOn(3, 2, [1, 4, 8]));
    isNear(line.interceptMs, 3);
    isNear(line.msPerItem, 2);
    isNear(lineAt(line, 16), 35);
  });

  it('has the least squares of the relative errors of others', () => {
    // Weights 1, 1/4, 1/4; sums 3/2, 9/4, 17/4, 2 and 7/2: slope (21/4 - 9/2) / (51/8 - 81/16) = 4/7, intercept 10/21.
    const line = fitLine([
      { batch: 1, p50Ms: 1 },
      { batch: 2, p50Ms: 2 },
      { batch: 3, p50Ms: 2 },
    ]);
    isNear(line.msPerItem, 4 / 7);
    isNear(line.interceptMs, 10 / 21);
  });

  it('needs two batch sizes', () => {
    assert.throws(() => fitLine(pointsOn(3, 2, [4, 4])), RangeError);
  });
});

describe('the spread of latencies', () => {
  it('is that of the measured point whose median is nearest by ratio', () => {
    const points = [
      { batch: 1, p50Ms: 10, p95Ms: 11, p99Ms: 20 },
      { batch: 8, p50Ms: 100, p95Ms: 150, p99Ms: 200 },
    ];
    // 31 is nearer to 10 by ratio, 32 to 100; both are nearer to 10 by difference.
    const [below, above] = [spreadNear(points, 31), spreadNear(points, 32)];
    assert.equal(below.p50Ms, 31);
    isNear(below.p95Ms, 34.1);
    isNear(below.p99Ms, 62);
    isNear(above.p95Ms, 48);
    isNear(above.p99Ms, 64);
  });

  it('needs a measured point', () => {
    assert.throws(() => spreadNear([], 1), RangeError);
  });
});

describe('the fit of a GPU', () => {
  // Slopes of 1 and 4 ms where the reference takes 1 ms: geometric mean 2. Intercepts 2 and 8 ms: 4.
  const fit = fitGpu([
    { points: pointsOn(2, 1, [1, 8, 64]), referencePerSecond: 1000 },
    { points: pointsOn(8, 4, [1, 8, 64]), referencePerSecond: 1000 },
  ]);

  it('has the geometric means of intercepts and slowdowns', () => {
    isNear(fit.interceptMs, 4);
    isNear(fit.slowdown, 2);
  });

  it('predicts the points of another model', () => {
    const [single, two] = gpuPoints(fit, 500, [1, 2]);
    isNear(single?.p50Ms ?? 0, 8);
    isNear(two?.p50Ms ?? 0, 12);
    isNear(two?.p95Ms ?? 0, 13.2);
    isNear(two?.p99Ms ?? 0, 18);
  });

  it('is rejected if a batch of no items would take no time', () => {
    assert.throws(() => fitGpu([{ points: pointsOn(-0.5, 1, [1, 8]), referencePerSecond: 1000 }]), RangeError);
  });

  it('ignores batches of more than 64', () => {
    const slow = { batch: 128, p50Ms: 1e6, p95Ms: 1e6, p99Ms: 1e6 };
    isNear(fitGpu([{ points: [...pointsOn(2, 1, [1, 8]), slow], referencePerSecond: 1000 }]).slowdown, 1);
  });
});

describe('the fit of a core', () => {
  it('predicts a multiple of the batch', () => {
    const [single, four] = cpuPoints({ gmacs: 1, macts: 1 }, [1, 4]);
    isNear(single?.p50Ms ?? 0, 19.1);
    isNear(single?.p95Ms ?? 0, 19.1 * 1.09);
    isNear(four?.p50Ms ?? 0, 76.4);
    isNear(four?.p99Ms ?? 0, 76.4 * 1.16);
    const [larger] = cpuPoints({ gmacs: 16, macts: 4 }, [1]);
    isNear(larger?.p50Ms ?? 0, 19.1 * 16 ** 0.795 * 4 ** 0.193);
  });

  it('has the errors that its docstring states for what was measured', () => {
    const single = errorsOf(measuredClassifiers.map((one) => [cpuPoints(one, [1])[0]?.p50Ms ?? 0, one.ms[0] ?? 0]));
    const all = errorsOf(
      measuredClassifiers.flatMap((one) =>
        cpuPoints(one, measuredBatches).map(({ p50Ms }, index) => [p50Ms, one.ms[index] ?? 0] as const),
      ),
    );
    assert.deepEqual(single.map(percent), [10, 19]);
    assert.deepEqual(all.map(percent), [11, 33]);
  });
});

describe('the estimates of memory and load time', () => {
  it('grow with weights, and memory with activations and the batch', () => {
    isNear(memoryMib({ weightsMib: 100, macts: 10 }, 4), 52 + 148 + 26);
    isNear(loadMs(100), 313);
  });

  it('have the errors that their docstrings state for what was measured', () => {
    const memory = errorsOf(
      measuredClassifiers.flatMap((one) =>
        measuredBatches.map((batch, index) => [memoryMib(one, batch), one.memoryMib[index] ?? 0] as const),
      ),
    );
    const load = errorsOf(measuredClassifiers.map((one) => [loadMs(one.weightsMib), one.loadMs]));
    assert.deepEqual(memory.map(percent), [19, 63]);
    assert.deepEqual(load.map(percent), [22, 72]);
  });
});

const percent = (share: number): number => Math.round(share * 100);
