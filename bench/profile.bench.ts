// What a profile predicts, beside what queries take at light load: the 99th percentile of both, of four models in turn.

import { fileURLToPath } from 'node:url';
import type { LoadReport } from '@pareto/loadgen';
import { startChild } from '@pareto/testkit';
import type { DigitModel, DigitsCluster } from '../test/support/digits.js';
import { samplesFile, startWarmDigits } from './digits-cluster.js';
import { progress, report, type Row } from './report.js';

const models: readonly DigitModel[] = ['mlp-small', 'mlp-large', 'cnn-medium', 'cnn-large'];
const ratePerSecond = 20;
const seconds = 15;

const loadgen = fileURLToPath(new URL('../loadgen/dist/main.js', import.meta.url));

async function ask(address: string, target: string): Promise<LoadReport> {
  const child = startChild(process.execPath, [
    ...[loadgen, '--address', address, '--target', target, '--latency-ms', '1000', '--data', samplesFile],
    ...['--rate', String(ratePerSecond), '--duration', String(seconds), '--output', 'json'],
  ]);
  await child.exited;
  return JSON.parse(child.output) as LoadReport;
}

async function compare({ client, cluster }: DigitsCluster, model: DigitModel): Promise<readonly Row[]> {
  const target = `${model}:original`;
  const { candidates } = await client.inference.whatIf({ target, objective: { latencyMs: 1_000 } });
  const predicted = candidates[0]?.predictedMs ?? NaN;
  const { variants } = await client.registry.describe({ name: target });
  const between = variants[0]?.measurements[0]?.profile?.predictionError ?? NaN;
  const { latencyMs: live, sent, statuses } = await ask(cluster.router.address, target);
  progress(`${target}: predicted p99 ${predicted.toFixed(2)} ms, live ${live.p99.toFixed(2)} ms of ${sent}`);
  return [
    { name: `${target}: predicted p99`, value: predicted, unit: 'ms' },
    { name: `${target}: live p99 at ${ratePerSecond}/s`, value: live.p99, unit: 'ms' },
    { name: `${target}: live p50 at ${ratePerSecond}/s`, value: live.p50, unit: 'ms' },
    { name: `${target}: error of the predicted p99`, value: (100 * (live.p99 - predicted)) / predicted, unit: '%' },
    { name: `${target}: mean error between measured batch sizes`, value: 100 * between, unit: '%' },
    { name: `${target}: not answered`, value: sent - (statuses['ok'] ?? 0), unit: '', reach: { below: 1 } },
  ];
}

const rows: Row[] = [];
const started = await startWarmDigits(models, 1);
try {
  for (const model of models) rows.push(...(await compare(started, model)));
} finally {
  await started[Symbol.asyncDispose]();
}
report(rows);
