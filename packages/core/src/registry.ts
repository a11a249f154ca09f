// What is registered and what was measured of it.

import type { Bytes, Digest, HardwareClassId, Milliseconds, VariantId } from './units.js';
import type { PartialObjective } from './objective.js';
import type { Signature } from './tensor.js';

/** Quality metrics that a task may have; higher is better. */
export const metrics = ['top1'] as const;
export type Metric = (typeof metrics)[number];

export interface Task {
  readonly name: string;
  readonly metric: Metric;
  /** Undefined until the task's first architecture brings one. */
  readonly signature: Signature | undefined;
  readonly defaultObjective: PartialObjective;
  /** Of the NPZ file: an array per input, and `label`. */
  readonly validation: Digest | undefined;
}

/** One file of a model, at a path relative to the model's folder. */
export interface ModelFile {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: Bytes;
}

export interface Manifest {
  readonly files: readonly ModelFile[];
}

export interface Architecture {
  readonly name: string;
  readonly version: number;
  readonly task: string;
  readonly modelDigest: Digest;
  readonly manifest: Manifest;
  readonly signature: Signature;
  /** The largest batch it is served with; 0: no dynamic batch. */
  readonly maxBatchSize: number;
}

/** Enough to load a variant anywhere. */
export interface VariantSpec {
  readonly variant: VariantId;
  readonly version: number;
  readonly provider: string;
  readonly modelDigest: Digest;
  readonly manifest: Manifest;
  readonly signature: Signature;
  readonly maxBatchSize: number;
}

export interface Variant {
  readonly id: VariantId;
  readonly architecture: string;
  readonly version: number;
  readonly task: string;
  readonly recipe: string;
  readonly provider: string;
  readonly modelDigest: Digest;
  readonly manifest: Manifest;
  /** Set when requests killed its executors: it is served no more. */
  readonly quarantineReason: string | undefined;
}

/** Accuracy by the task's metric, a fraction of 1, with its 95 % interval. */
export interface Accuracy {
  readonly metric: Metric;
  readonly value: number;
  readonly lower95: number;
  readonly upper95: number;
  readonly samples: number;
}

export interface ProfilePoint {
  readonly batch: number;
  readonly p50Ms: Milliseconds;
  readonly p95Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly runs: number;
}

/** Latency by batch size, ascending, with what loading and holding the variant takes. */
export interface Profile {
  readonly points: readonly ProfilePoint[];
  readonly loadMs: Milliseconds;
  readonly memoryBytes: Bytes;
  readonly runtimeVersion: string;
  readonly providerUsed: string;
}

/** What was measured of a variant on one hardware class: a profile, or the reason there is none. */
export interface Measurement {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly result:
    | { readonly kind: 'measured'; readonly profile: Profile; readonly accuracy: Accuracy | undefined }
    | { readonly kind: 'failed'; readonly reason: string };
}
