// The distribution from which the simulator draws the times of runs, compared with those of real models in an executor.

import { milliseconds, percentile, systemClock } from '@pareto/core';
import { createExecutorPool, type Executor, type TensorInput } from '@pareto/runtime';
import { createTimeTable, drawTime } from '@pareto/simulator';
import { digitModelFile, readDigits, type DigitModel } from '../test/support/digits.js';
import { progress, startBenchmark, type Row } from './report.js';

interface MeasuredCase {
  readonly model: DigitModel;
  readonly batch: number;
}

const cases: readonly MeasuredCase[] = [
  { model: 'mlp-large', batch: 8 },
  { model: 'cnn-medium', batch: 1 },
  { model: 'cnn-large', batch: 1 },
  { model: 'mlp-large', batch: 64 },
];
const warmRuns = 3_000;
/** Pauses keep the process below the 95 % of a core that Linux allows processes of a real-time priority. */
const [pauseEveryMs, pauseMs] = [500, milliseconds(60)];
/** Twenty of the times are above the last quantile. */
const runs = 20_000;
/** The table has the percentiles of a profile exactly, so that the others show its error. */
const shares = [0.1, 0.9, 0.98, 0.999];

/** Returns the times of runs, ascending, as profiles measure them. */
async function timeRuns(executor: Executor, inputs: readonly TensorInput[]): Promise<readonly number[]> {
  const times: number[] = [];
  let pausedAt = systemClock.now();
  for (let index = 0; index < warmRuns + runs; index += 1) {
    if (systemClock.now() - pausedAt > pauseEveryMs) {
      await systemClock.sleep(pauseMs);
      pausedAt = systemClock.now();
    }
    const began = systemClock.now();
    const { kind } = await executor.run({ inputs, outputs: [], expectedMs: undefined });
    if (kind !== 'done') throw new Error(`a run failed: ${kind}`);
    times.push(systemClock.now() - began);
  }
  return times.slice(warmRuns).toSorted((a, b) => a - b);
}

function rowsOf(name: string, times: readonly number[]): readonly Row[] {
  const at = (share: number): number => percentile(times, share);
  const table = createTimeTable({ p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) });
  return [
    ...[0.5, 0.95, 0.99].map((share) => ({ name: `${name}: p${100 * share}`, value: at(share), unit: 'ms' })),
    ...shares.flatMap((share) => {
      const label = `${name}: p${Number((100 * share).toFixed(1))}`;
      const error = (100 * (drawTime(table, () => share) - at(share))) / at(share);
      return [
        { name: label, value: at(share), unit: 'ms' },
        { name: `${label}, error of the simulated one`, value: error, unit: '%' },
      ];
    }),
  ];
}

const { only = '', report } = startBenchmark('run-times');
const digits = await readDigits();
const rows: Row[] = [];
await using pool = createExecutorPool({ size: 0, clock: systemClock });
for (const { model, batch } of cases.filter((one) => one.model.includes(only))) {
  const name = `${model}, batch ${batch}`;
  progress(name);
  const request = { modelPath: digitModelFile(model), provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 };
  await using executor = await pool.load(request);
  const { name: input, datatype, shape, raw } = digits.input(0, batch);
  rows.push(...rowsOf(name, await timeRuns(executor, [{ name: input, datatype, shape, data: [raw] }])));
}
report(rows);
