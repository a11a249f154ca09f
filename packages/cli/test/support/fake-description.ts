// Builds descriptions of tasks from a few numbers per variant.

import type { wire } from '@pareto/protocol';

export const cpu = 'cpu/amd-epyc-9b14/avx512-vnni/12g';

/** The fields of a variant that tests set. The others get fixed values. */
export interface FakeVariant {
  readonly name: string;
  readonly accuracy?: number;
  readonly metric?: string;
  readonly p50Ms?: number;
  readonly costPer1k?: number;
  readonly dominatedBy?: string;
  readonly denied?: string;
  readonly quarantineReason?: string;
  readonly sizeBytes?: number;
  readonly version?: number;
  readonly hardwareClass?: string;
  readonly error?: string;
  readonly replicasReady?: number;
  readonly noise?: number;
  readonly accuracyRank?: number;
  readonly disagreement?: string;
}

const samples = 2_000;
/** Standard deviation of the labels of regression. */
const labelScale = 80;

export function fakeMeasurement({ name, version = 1, error = '', ...variant }: FakeVariant): wire.Measurement {
  const { accuracy = 0.9, metric = 'top1', p50Ms = 1, costPer1k = 1e-6, hardwareClass = cpu, noise = 0 } = variant;
  const { accuracyRank = 0, disagreement = '' } = variant;
  const compared = { scores: null, accuracyRank, disagreement };
  const head = { variant: name, version, hardwareClass, environment: '1.30.0', ...compared };
  if (error !== '') return { ...head, error, profile: null, accuracy: null, costPer_1k: 0 };
  const spread = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / samples);
  const isOriginal = name.endsWith(':original');
  return {
    ...{ ...head, error, costPer_1k: costPer1k },
    ...(isOriginal ? {} : { agreement: 0.99, _agreement: 'agreement' as const }),
    accuracy: {
      metric,
      value: accuracy,
      lower95: accuracy - spread,
      upper95: accuracy + spread,
      samples,
      scale: labelScale,
    },
    profile: {
      points: [1, 2, 4, 8].map((batch) => {
        const ms = p50Ms * batch ** 0.7;
        return { batch, p50Ms: ms, p95Ms: ms * 1.1, p99Ms: ms * 1.2, runs: 100 };
      }),
      ...{ loadMs: 12, coldLoadMs: 40, memoryBytes: 60 * 2 ** 20, baseMemoryBytes: 40 * 2 ** 20, deviceMemoryBytes: 0 },
      ...{
        runtimeVersion: '1.30.0',
        providerUsed: 'cpu',
        nodesByProvider: {},
        shapes: [],
        notRunReason: '',
        buckets: [],
        provisional: false,
        noise,
        rows: { verdict: 'proved', maxBatch: 0, reason: '', live: false },
      },
      ...{ predictionError: 0.043, _predictionError: 'predictionError' as const },
    },
  };
}

export function fakeVariant(variant: FakeVariant): wire.Variant {
  const { name, version = 1, error, costPer1k = 1e-6, replicasReady = 0, sizeBytes = 2 ** 20 } = variant;
  const { dominatedBy = '', denied = '', quarantineReason = '' } = variant;
  const [architecture = '', recipe = ''] = name.split(':');
  return {
    ...{ name, architecture, version, recipe: recipe.split('@')[0] ?? '', provider: 'cpu', option: '' },
    ...{
      measurements: [fakeMeasurement(variant)],
      replicasReady,
      state: 'active',
      costPer_1k: error === undefined ? costPer1k : 0,
    },
    ...{ sizeBytes, dominatedBy, denied, quarantineReason, note: '' },
  };
}

export const fakeTask = (name: string): wire.Task => ({
  ...{ name, metric: 'top1', defaultObjective: null, validationDigest: '' },
  signature: {
    inputs: [{ name: 'image', datatype: 'FP32', dims: [1, 28, 28] }],
    outputs: [{ name: 'logits', datatype: 'FP32', dims: [10] }],
    batched: true,
  },
});

export const fakeArchitecture = (name: string, version = 1): wire.Architecture => ({
  ...{ name, version, task: 'digits', modelDigest: `sha256:${'a'.repeat(64)}`, signature: null },
  ...{ manifest: { files: [{ path: 'model.onnx', digest: '', sizeBytes: 2 ** 20 }] } },
  ...{ maxBatchSize: 64, fixedBatch: 0, recipes: [], keepDominated: false, labels: {} },
  ...{ servedVersion: 0, currentVersion: version, keptMs: 0, rollbackError: '', rolledBackFrom: 0, keptBy: null },
});

export const fakeOutcome = (
  architecture: string,
  recipe: string,
  more: Partial<wire.RecipeOutcome>,
): wire.RecipeOutcome => ({
  ...{ architecture, version: 1, recipe, manifest: null, modelDigest: '', similarity: 0, note: '' },
  ...{ declined: '', error: '', ...more },
});

/** A family of digit models, the larger ones slower and more accurate, with their variants and outcomes. */
export const digits: wire.DescribeResponse = {
  task: fakeTask('digits'),
  architectures: ['mlp-tiny', 'mlp-large', 'cnn-small', 'cnn-large'].map((name) => fakeArchitecture(name)),
  variants: [
    { name: 'mlp-tiny:original', accuracy: 0.9412, p50Ms: 0.008, costPer1k: 1.1e-7, sizeBytes: 52_000 },
    { name: 'mlp-tiny:int8-dynamic', accuracy: 0.9405, p50Ms: 0.011, costPer1k: 1.0e-7, sizeBytes: 14_000 },
    { name: 'mlp-tiny:int4', accuracy: 0.62, p50Ms: 0.01, costPer1k: 1.2e-7, dominatedBy: 'mlp-tiny:original' },
    {
      name: 'mlp-large:original',
      accuracy: 0.982,
      p50Ms: 0.13,
      costPer1k: 1.2e-6,
      dominatedBy: 'mlp-large:int8-dynamic',
    },
    { name: 'mlp-large:int8-dynamic', accuracy: 0.982, p50Ms: 0.056, costPer1k: 4.1e-7, replicasReady: 1 },
    { name: 'mlp-large:int4', accuracy: 0.9795, p50Ms: 0.068, costPer1k: 9.1e-7, sizeBytes: 200_000 },
    {
      name: 'mlp-large:fp16',
      accuracy: 0.982,
      p50Ms: 0.125,
      costPer1k: 1.15e-6,
      dominatedBy: 'mlp-large:int8-dynamic',
    },
    { name: 'cnn-small:original', accuracy: 0.985, p50Ms: 0.31, costPer1k: 4.0e-6 },
    {
      name: 'cnn-small:int8-static',
      accuracy: 0.9845,
      p50Ms: 0.33,
      costPer1k: 4.3e-6,
      dominatedBy: 'cnn-small:original',
    },
    { name: 'cnn-small:optimised', accuracy: 0.985, p50Ms: 0.312, costPer1k: 4.1e-6 },
    { name: 'cnn-large:original', accuracy: 0.9925, p50Ms: 2.4, costPer1k: 3.2e-5 },
    { name: 'cnn-large:int8-static', accuracy: 0.9915, p50Ms: 0.94, costPer1k: 1.2e-5, replicasReady: 1 },
    { name: 'cnn-large:mapped', accuracy: 0.9925, p50Ms: 2.45, costPer1k: 3.3e-5 },
    { name: 'cnn-large:fp16', accuracy: 0.992, p50Ms: 2.38, costPer1k: 3.2e-5, denied: 'too slow, by ann' },
  ].map(fakeVariant),
  outcomes: [
    ...['mlp-tiny', 'mlp-large'].map((name) => fakeOutcome(name, 'int8-static', { declined: 'it has no convolution' })),
    fakeOutcome('cnn-small', 'int4', { declined: 'it has no MatMul or Gemm of 64 columns or more' }),
    fakeOutcome('cnn-large', 'int4', { error: 'the child process ran for more than 120 s' }),
  ],
  changes: [],
};
