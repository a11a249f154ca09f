// The behaviour of a cluster under overload: an open loop of queries at half to twice its capacity.

import { fileURLToPath } from 'node:url';
import type { LoadReport } from '@pareto/loadgen';
import { createChannel, createRawCaller, encodeInferRequest, type RawTensor } from '@pareto/rpc';
import { startChild } from '@pareto/testkit';
import type { DigitsCluster } from '../test/support/digits.js';
import { closedLoop } from './closed-loop.js';
import { samplesFile, startWarmDigits } from './digits-cluster.js';
import { progress, report, type Row } from './report.js';
import { steadyModel } from './steady-model.js';

const latencyMs = 100;
const seconds = 10;
const multiples = [0.5, 1, 1.5, 2];

interface Load {
  readonly name: string;
  readonly target: string;
  /** Arguments of the load generator, in addition to the latency. */
  readonly args: readonly string[];
  /** Encoded query with a latency limit of 10 s, to measure the capacity. */
  readonly body: Buffer;
}

async function planLoads({ client, digits }: DigitsCluster): Promise<readonly Load[]> {
  const encode = (target: string, input: RawTensor, floor?: number): Buffer => {
    const objective = { latency_ms: 10_000, ...(floor === undefined ? {} : { min_accuracy: floor }) };
    return encodeInferRequest({ modelName: target, parameters: Object.entries(objective), inputs: [input] });
  };
  await client.registerTask('steady');
  await client.registerModel('steady', 'steady-one', steadyModel());
  await client.waitUntilMeasured('steady');
  const one: RawTensor = { name: 'x', datatype: 'FP32', shape: [1, 1], raw: Buffer.alloc(4) };
  await client.infer('steady', [one], { latency_ms: 10_000 });
  const samples = ['--data', samplesFile];
  return [
    { name: 'a model with a constant run time', target: 'steady', args: [], body: encode('steady', one) },
    {
      name: 'digits, accuracy of 98.5 %',
      target: 'digits',
      args: [...samples, '--min-accuracy', '0.985'],
      body: encode('digits', digits.input(0), 0.985),
    },
    { name: 'digits, any accuracy', target: 'digits', args: samples, body: encode('digits', digits.input(0)) },
  ];
}

async function capacityOf(address: string, { body }: Load): Promise<number> {
  const channel = createChannel(address);
  const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
  const rate = await closedLoop(() => call(body), { inFlight: 16, warmMs: 1_500, measureMs: 2_500 });
  channel.close();
  return rate;
}

const loadgen = fileURLToPath(new URL('../loadgen/dist/main.js', import.meta.url));

async function offer(address: string, rate: number, { target, args }: Load): Promise<LoadReport> {
  const child = startChild(process.execPath, [
    ...[loadgen, '--address', address, '--target', target, '--latency-ms', String(latencyMs), ...args],
    ...['--rate', String(Math.max(1, Math.round(rate))), '--duration', String(seconds)],
    ...['--arrivals', 'poisson', '--output', 'json'],
  ]);
  await child.exited;
  return JSON.parse(child.output) as LoadReport;
}

function rowsOf(name: string, capacity: number, { attainment, sent, statuses, latencyMs: took }: LoadReport): Row[] {
  const { ok = 0, 'resource-exhausted': shed = 0 } = statuses;
  const onTime = (attainment * sent) / seconds;
  return [
    { name: `${name}: capacity at 16 in flight`, value: capacity, unit: '/s' },
    { name: `${name}: on time`, value: onTime, unit: '/s' },
    { name: `${name}: on time, share of the possible`, value: onTime / Math.min(capacity, sent / seconds), unit: 'x' },
    { name: `${name}: on time, share of answers`, value: (100 * attainment * sent) / Math.max(1, ok), unit: '%' },
    { name: `${name}: shed`, value: (100 * shed) / sent, unit: '%' },
    { name: `${name}: failed`, value: sent - ok - shed, unit: '', reach: { below: 1 } },
    { name: `${name}: p50 of answers`, value: took.p50, unit: 'ms' },
    { name: `${name}: p99 of answers`, value: took.p99, unit: 'ms', reach: { below: 2 * latencyMs } },
  ];
}

const rows: Row[] = [];
const started = await startWarmDigits(
  ['mlp-tiny', 'mlp-small', 'mlp-large', 'cnn-small', 'cnn-medium', 'cnn-large'],
  2,
);
const { router } = started.cluster;
try {
  for (const load of await planLoads(started)) {
    for (const multiple of multiples) {
      // Measured each time, because the capacity of a shared machine changes.
      const capacity = await capacityOf(router.address, load);
      const found = await offer(router.address, multiple * capacity, load);
      const name = `${load.name}, ${multiple}x`;
      const { p50, p99 } = found.latencyMs;
      progress(`${name} of ${capacity.toFixed(0)}/s: ${JSON.stringify(found.statuses)}, p50 ${p50}, p99 ${p99} ms`);
      rows.push(...rowsOf(name, capacity, found));
    }
  }
  const held = (await router.metrics()).value('pareto_workers_lost_total');
  rows.push({ name: 'live workers marked unreachable', value: held, unit: '', reach: { below: 1 } });
} finally {
  await started[Symbol.asyncDispose]();
}
report(rows);
