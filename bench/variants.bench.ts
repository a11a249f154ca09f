// Compares the generated variants with the trained model: size, accuracy, and time by batch, in rotation within one
// run.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sessionOptions, systemClock } from '@pareto/core';
import { signatureFromWire, type wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';
import { createExecutorPool, sampleInputs, type Executor } from '@pareto/runtime';
import { createTestClient, type TestClient } from '../test/support/client.js';
import { startCluster } from '../test/support/cluster.js';
import { readDigitModel, validationFile, type DigitModel } from '../test/support/digits.js';
import { progress, startBenchmark, type Row } from './report.js';

const models: readonly DigitModel[] = ['mlp-large', 'cnn-large'];
const batches = [1, 8, 32];
const rounds = 12;
const roundMs = 40;

interface LoadedVariant {
  readonly variant: wire.Variant;
  readonly executor: Executor;
  /** Median time of each round in ms, by batch. */
  readonly times: ReadonlyMap<number, number[]>;
}

async function download(address: string, digest: string): Promise<Buffer> {
  const channel = createChannel(address);
  try {
    const chunks: Buffer[] = [];
    for await (const { data } of createClient(channel, 'pareto.v1.Blobs').download({ digest })) chunks.push(data);
    return Buffer.concat(chunks);
  } finally {
    channel.close();
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

async function timeRound(executor: Executor, signature: wire.Signature, batch: number): Promise<number> {
  const inputs = sampleInputs(signatureFromWire(signature), batch);
  const times: number[] = [];
  const until = systemClock.now() + roundMs;
  while (times.length < 5 || systemClock.now() < until) {
    const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
    if (outcome.kind !== 'done') throw new Error(`a run failed: ${outcome.kind}`);
    times.push(outcome.computeMs);
  }
  return median(times);
}

/** Downloads a variant's files into a folder. Returns the path of its graph. */
async function downloadModel(address: string, folder: string, manifest: wire.Manifest): Promise<string> {
  for (const { path, digest } of manifest.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await download(address, digest));
  }
  return join(folder, manifest.files.find(({ path }) => path.endsWith('.onnx'))?.path ?? '');
}

const { only = '', report } = startBenchmark('variants');
const measured = models.filter((model) => model.includes(only));
const pool = createExecutorPool({ size: 1, clock: systemClock });
const folder = await mkdtemp(join(tmpdir(), 'pareto-bench-'));

async function load(
  address: string,
  variant: wire.Variant,
  { architectures, outcomes }: wire.DescribeResponse,
): Promise<LoadedVariant> {
  const made = outcomes.find(
    ({ architecture, recipe }) => architecture === variant.architecture && recipe === variant.recipe,
  );
  const manifest = made?.manifest ?? architectures.find(({ name }) => name === variant.architecture)?.manifest;
  if (!manifest) throw new Error(`${variant.name} has no files`);
  const modelPath = await downloadModel(address, join(folder, variant.name.replace(/[^a-z0-9-]/g, '_')), manifest);
  const option = sessionOptions.find((known) => known === variant.option);
  const executor = await pool.load({
    modelPath,
    provider: variant.provider,
    option,
    threads: 1,
    memoryLimitBytes: 2 ** 30,
  });
  return { variant, executor, times: new Map(batches.map((batch) => [batch, []])) };
}

/** Times the variants in rotation, so that noise of the machine affects all of them. */
async function timeAll(allLoaded: readonly LoadedVariant[], signature: wire.Signature): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const batch of batches)
      for (const { executor, times } of allLoaded) times.get(batch)?.push(await timeRound(executor, signature, batch));
}

/** Returns the median of the time ratios within each round. */
const ratioAt = (batch: number, a: LoadedVariant, b: LoadedVariant): number =>
  median((a.times.get(batch) ?? []).map((time, round) => time / (b.times.get(batch)?.[round] ?? NaN)));

const accuracyOf = ({ variant }: LoadedVariant): wire.Accuracy | null | undefined => variant.measurements[0]?.accuracy;

function rowsOf(loaded: LoadedVariant, original: LoadedVariant): readonly Row[] {
  const { name, recipe, sizeBytes } = loaded.variant;
  const isTarget = name === 'mlp-large:int8-dynamic';
  const [accuracy, reference] = [accuracyOf(loaded), accuracyOf(original)];
  return [
    { name: `${name}: size`, value: sizeBytes / 1e6, unit: 'MB' },
    {
      name: `${name}: size against fp32`,
      value: sizeBytes / original.variant.sizeBytes,
      unit: 'x',
      ...(isTarget ? { reach: { atMost: 0.3 } } : {}),
    },
    ...batches.flatMap((batch): readonly Row[] => {
      const reach = isTarget && batch === 8 ? { reach: { atMost: 0.6 } } : {};
      const time = `${name}: time at batch ${batch}`;
      return [
        { name: time, value: median(loaded.times.get(batch) ?? []), unit: 'ms' },
        { name: `${time} against fp32`, value: ratioAt(batch, loaded, original), unit: 'x', ...reach },
      ];
    }),
    ...(accuracy && reference
      ? [
          {
            name: `${name}: accuracy`,
            value: 100 * accuracy.value,
            unit: '%',
            reach: { above: 100 * reference.lower95 },
          },
          { name: `${name}: accuracy, lower end`, value: 100 * accuracy.lower95, unit: '%' },
          { name: `${name}: accuracy, upper end`, value: 100 * accuracy.upper95, unit: '%' },
        ]
      : []),
    ...(recipe === 'original'
      ? []
      : [
          {
            name: `${name}: same answers as fp32`,
            value: 100 * (loaded.variant.measurements[0]?.agreement ?? NaN),
            unit: '%',
          },
        ]),
  ];
}

async function compare(client: TestClient, address: string, model: DigitModel): Promise<readonly Row[]> {
  const described = await client.registry.describe({ name: model });
  const signature = described.architectures.at(-1)?.signature;
  if (!signature) throw new Error(`${model} has no signature`);
  const allLoaded: LoadedVariant[] = [];
  try {
    for (const variant of described.variants) allLoaded.push(await load(address, variant, described));
    await timeAll(allLoaded, signature);
    const original = allLoaded.find(({ variant }) => variant.recipe === 'original');
    if (original === undefined) throw new Error(`${model} has no original`);
    for (const { recipe, declined, error } of described.outcomes)
      if (declined !== '' || error !== '')
        progress(`${model}:${recipe}  ${declined === '' ? 'failed' : 'declined'}: ${declined}${error}`);
    return allLoaded.flatMap((loaded) => rowsOf(loaded, original));
  } finally {
    for (const { executor } of allLoaded) await executor[Symbol.asyncDispose]();
  }
}

const rows: Row[] = [];
const cluster = await startCluster({ workers: 1 });
const client = createTestClient(cluster);
try {
  progress('generating and measuring the variants');
  await client.registerTask('digits', { validation: await readFile(validationFile) });
  for (const model of measured)
    await client.registerModel('digits', model, await readDigitModel(model), { recipes: 'all' });
  await client.waitUntilDone('digits');
  for (const model of measured) rows.push(...(await compare(client, cluster.controller.address, model)));
} finally {
  client[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}
report(rows);
