// The latencies that a profile predicts, compared with those of queries at light load, in the executor and at the
// client.

import { percentile, systemClock, milliseconds } from '@pareto/core';
import type { DigitModel, DigitsCluster } from '../test/support/digits.js';
import { startWarmDigits } from './digits-cluster.js';
import { progress, startBenchmark, type Row } from './report.js';

const models: readonly DigitModel[] = ['mlp-small', 'mlp-large', 'cnn-medium', 'cnn-large'];
const perSecond = 20;
const seconds = 15;
/** Number of queries until the JavaScript of the path is compiled. */
const warmQueries = 2_000;

interface Live {
  /** Sorted times in the executor, in ms. */
  readonly service: readonly number[];
  /** Sorted times of the whole path, in ms. */
  readonly whole: readonly number[];
}

/**
 * Sends one query at a time, evenly spaced. `usdPerHour` is the slot's price, which converts an answer's cost to time.
 */
async function measureLive({ client, digits }: DigitsCluster, target: string, usdPerHour: number): Promise<Live> {
  const service: number[] = [];
  const whole: number[] = [];
  const query = async (index: number): Promise<void> => {
    const started = systemClock.now();
    const { parameters } = await client.infer(target, [digits.input(index % digits.count)], { latency_ms: 1_000 });
    whole.push(systemClock.now() - started);
    service.push((Number(parameters.get('pareto_cost')) / usdPerHour) * 3.6e6);
  };
  for (let index = 0; index < warmQueries; index++) await query(index);
  service.length = whole.length = 0;
  const start = systemClock.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    await query(index);
    await systemClock.sleep(milliseconds(Math.max(0, start + ((index + 1) * 1000) / perSecond - systemClock.now())));
  }
  const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
  return { service: ascending(service), whole: ascending(whole) };
}

async function compare(started: DigitsCluster, model: DigitModel): Promise<readonly Row[]> {
  const { client } = started;
  const target = `${model}:original`;
  const { candidates } = await client.inference.whatIf({ target, objective: { latencyMs: 1_000 } });
  const { variants } = await client.registry.describe({ name: target });
  const profile = variants[0]?.measurements[0]?.profile;
  const [one] = profile?.points ?? [];
  // Undefined if the time to measure was over before sizes between the others were checked.
  const predictionError = profile?.predictionError;
  const { workers } = await client.fleet.listWorkers({});
  const slots = workers[0]?.slotGroups[0]?.slots ?? NaN;
  const live = await measureLive(started, target, (workers[0]?.usdPerHour ?? NaN) / slots);
  const error = (found: number, predicted: number): number => (100 * (found - predicted)) / predicted;
  const [p50, p99] = [percentile(live.service, 0.5), percentile(live.service, 0.99)];
  const whole = percentile(live.whole, 0.99);
  const predictedWhole = candidates[0]?.predictedMs ?? NaN;
  const [predictedP50, predictedP99] = [one?.p50Ms ?? NaN, one?.p99Ms ?? NaN];
  progress(`${target}: p99 in the executor ${predictedP99.toFixed(2)} predicted, ${p99.toFixed(2)} ms live`);
  return [
    { name: `${target}: p50 in the executor, predicted`, value: predictedP50, unit: 'ms' },
    { name: `${target}: p50 in the executor, live`, value: p50, unit: 'ms' },
    { name: `${target}: p99 in the executor, predicted`, value: predictedP99, unit: 'ms' },
    { name: `${target}: p99 in the executor, live`, value: p99, unit: 'ms' },
    { name: `${target}: error of the p99 in the executor`, value: error(p99, predictedP99), unit: '%' },
    { name: `${target}: p99 of the whole path, predicted`, value: predictedWhole, unit: 'ms' },
    { name: `${target}: p99 of the whole path, live`, value: whole, unit: 'ms' },
    { name: `${target}: error of the p99 of the whole path`, value: error(whole, predictedWhole), unit: '%' },
    ...(predictionError === undefined
      ? []
      : [{ name: `${target}: error between measured batch sizes`, value: 100 * predictionError, unit: '%' }]),
  ];
}

const { only = '', report } = startBenchmark('profile');
const measured = models.filter((model) => model.includes(only));
const rows: Row[] = [];
const started = await startWarmDigits(measured);
try {
  for (const model of measured) rows.push(...(await compare(started, model)));
} finally {
  await started[Symbol.asyncDispose]();
}
report(rows);
