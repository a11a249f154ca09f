// Builders of registry values for tests. Each has defaults for the fields that a test does not pass.

import {
  bytes,
  digest,
  milliseconds,
  variantId,
  type Accuracy,
  type Architecture,
  type Manifest,
  type Measurement,
  type ModelFile,
  type Profile,
  type ProfilePoint,
  type Task,
  type Variant,
  type VariantSpec,
} from '@pareto/core';

export const buildTask = (fields: Partial<Task> = {}): Task => ({
  name: 'digits',
  metric: 'top1',
  signature: undefined,
  defaultObjective: {},
  validation: undefined,
  ...fields,
});

/** Builds the manifest of a model of one file. */
export const buildManifest = (fields: Partial<ModelFile> = {}): Manifest => ({
  files: [{ path: 'model.onnx', digest: digest('sha256:1'), sizeBytes: bytes(10 * 2 ** 20), ...fields }],
});

const model = { modelDigest: digest('sha256:0'), manifest: buildManifest() };
const served = { signature: { inputs: [], outputs: [], batched: true }, maxBatchSize: 8, labels: {} };

export const buildArchitecture = (fields: Partial<Architecture> = {}): Architecture => ({
  name: 'a',
  version: 1,
  task: 'digits',
  ...model,
  ...served,
  fixedBatch: undefined,
  recipes: [],
  keepAll: false,
  ...fields,
});

export const buildVariant = (fields: Partial<Variant> = {}): Variant => ({
  id: variantId('a:original'),
  architecture: 'a',
  version: 1,
  task: 'digits',
  recipe: 'original',
  provider: 'cpu',
  option: undefined,
  ...model,
  quarantineReason: undefined,
  ...fields,
});

export const buildVariantSpec = (fields: Partial<VariantSpec> = {}): VariantSpec => ({
  variant: variantId('a:original'),
  version: 1,
  provider: 'cpu',
  option: undefined,
  ...model,
  ...served,
  ...fields,
});

/** Builds an accuracy whose interval extends by `margin` to both sides. */
export const buildAccuracy = (value: number, margin = 0.01): Accuracy => ({
  metric: 'top1',
  value,
  lower95: value - margin,
  upper95: value + margin,
  samples: 1000,
});

/** Builds a point of a profile: p95 exceeds the median by the fraction `spread` of it, p99 by twice that. */
export const buildPoint = (batch: number, p50Ms: number, spread = 0): ProfilePoint => ({
  batch,
  p50Ms: milliseconds(p50Ms),
  p95Ms: milliseconds(p50Ms * (1 + spread)),
  p99Ms: milliseconds(p50Ms * (1 + 2 * spread)),
  runs: 100,
});

export const buildProfile = (points: readonly ProfilePoint[], fields: Partial<Profile> = {}): Profile => ({
  points,
  loadMs: milliseconds(100),
  coldLoadMs: milliseconds(200),
  memoryBytes: bytes(1),
  baseMemoryBytes: bytes(0),
  predictionError: undefined,
  runtimeVersion: '1',
  providerUsed: 'cpu',
  nodesByProvider: {},
  shapes: {},
  rows: { kind: 'proved' },
  ...fields,
});

export const buildMeasuredResult = (
  profile: Profile,
  accuracy: Accuracy | undefined,
  fields: Partial<MeasuredResult> = {},
): Measurement['result'] => ({
  kind: 'measured',
  profile,
  accuracy,
  agreement: undefined,
  ...fields,
});

type MeasuredResult = Extract<Measurement['result'], { readonly kind: 'measured' }>;
