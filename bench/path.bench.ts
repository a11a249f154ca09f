// The throughput of the whole path (client, router, worker, executor), of the worker alone and of ONNX Runtime alone,
// in rotation.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createChannel, createRawCaller, decisionKey, encodeDecision, encodeInferRequest, tokenKey } from '@pareto/rpc';
import { startChild } from '@pareto/testkit';
import type { Cluster } from '../test/support/cluster.js';
import type { DigitModel, DigitsCluster } from '../test/support/digits.js';
import { closedLoop } from './closed-loop.js';
import { startWarmDigits } from './digits-cluster.js';
import { progress, startBenchmark, type Row } from './report.js';

const models: readonly DigitModel[] = ['cnn-large', 'mlp-large'];
const rounds = 3;
const loop = { inFlight: 16, warmMs: 1_500, measureMs: 3_000 };
const method = '/inference.GRPCInferenceService/ModelInfer';

async function rawRate(model: DigitModel): Promise<number> {
  const script = fileURLToPath(new URL('./raw-loop.ts', import.meta.url));
  const file = fileURLToPath(new URL(`../examples/digits/models/${model}.onnx`, import.meta.url));
  const child = startChild(process.execPath, ['--import=tsx', script, file, '28', '1', '8', '16'], {
    env: { ORT_DISABLE_TELEMETRY: '1' },
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`the raw loop exited: ${child.output}`);
  return Math.max(...Object.values(JSON.parse(child.output) as Record<string, number>));
}

async function measureRate(address: string, body: Buffer, metadata: Readonly<Record<string, string>>): Promise<number> {
  const channel = createChannel(address);
  const call = createRawCaller(channel, method);
  try {
    return await closedLoop(() => call(body, { metadata }), loop);
  } finally {
    channel.close();
  }
}

/** Returns the metadata of a query that a router sends to a worker. */
async function workerMetadata({ cluster, client }: DigitsCluster, model: DigitModel): Promise<Record<string, string>> {
  const { workers } = await client.fleet.listWorkers({});
  const replicas = workers.flatMap((worker) => worker.replicas);
  const replica = replicas.find(({ variant, state }) => variant === `${model}:original` && state === 'READY');
  if (replica === undefined) throw new Error(`${model} is not loaded`);
  const decision = encodeDecision({
    ...{ decisionId: 'bench.1', replica: replica.replicaId, variant: replica.variant, accuracy: undefined },
    ...{ coldStart: false, degraded: false, latencyLeftMs: 10_000 },
  });
  return { [tokenKey]: cluster.token, [decisionKey]: decision };
}

/** Returns the CPU time of a process in microseconds. Linux counts it in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function routed(cluster: Cluster, body: Buffer): Promise<{ readonly rate: number; readonly cpu: number }> {
  const { pid } = cluster.router.child;
  const before = cpuOf(pid);
  const rate = await measureRate(cluster.router.address, body, {});
  // The CPU time includes the warm-up, at about the same rate.
  return { rate, cpu: (cpuOf(pid) - before) / ((rate * (loop.warmMs + loop.measureMs)) / 1000) };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

async function compare(started: DigitsCluster, model: DigitModel): Promise<readonly Row[]> {
  const { cluster, digits } = started;
  const parameters = Object.entries({ latency_ms: 10_000 });
  const body = encodeInferRequest({ modelName: model, parameters, inputs: [digits.input(0)] });
  const metadata = await workerMetadata(started, model);
  const [worker] = cluster.workers;
  if (worker === undefined) throw new Error('the cluster has no worker');
  const found: Record<'raw' | 'alone' | 'path' | 'cpu', number[]> = { raw: [], alone: [], path: [], cpu: [] };
  for (let round = 0; round < rounds; round++) {
    found.raw.push(await rawRate(model));
    found.alone.push(await measureRate(worker.address, body, metadata));
    const { rate, cpu } = await routed(cluster, body);
    found.path.push(rate);
    found.cpu.push(cpu);
    progress(`${model}: ${JSON.stringify(found)}`);
  }
  const [raw, alone, path] = [median(found.raw), median(found.alone), median(found.path)];
  return [
    { name: `${model}: raw loop, one process, its best batch`, value: raw, unit: '/s' },
    { name: `${model}: worker alone, 16 in flight`, value: alone, unit: '/s' },
    { name: `${model}: whole path, 16 in flight`, value: path, unit: '/s' },
    { name: `${model}: worker alone / raw loop`, value: alone / raw, unit: 'x' },
    { name: `${model}: whole path / raw loop`, value: path / raw, unit: 'x' },
    { name: `${model}: whole path / worker alone`, value: path / alone, unit: 'x' },
    { name: `${model}: CPU of the router`, value: median(found.cpu), unit: 'µs/request' },
  ];
}

const { report } = startBenchmark('path');
const rows: Row[] = [];
const started = await startWarmDigits(models, 1);
try {
  for (const model of models) rows.push(...(await compare(started, model)));
} finally {
  await started[Symbol.asyncDispose]();
}
report(rows);
