// What is registered and what was measured of it.

import type { Bytes, Digest, HardwareClassId, Milliseconds, VariantId } from './units.js';
import type { PartialObjective } from './objective.js';
import type { SessionOption } from './recipes.js';
import type { Signature } from './tensor.js';

/** Quality metrics that a task may have; higher is better. */
export const metrics = ['top1', 'top5', 'f1', 'box-iou', 'exact-match', 'ctc-match', 'cosine', 'mse'] as const;
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
  /** The leading dimension that the model fixes in every input and output: it is tried to make it dynamic. */
  readonly fixedBatch: number | undefined;
  /** Names of the recipes that are wanted of it. */
  readonly recipes: readonly string[];
  /** Its dominated variants are placed and chosen all the same. */
  readonly keepAll: boolean;
  readonly labels: Labels;
}

/** By output: a text with a label a line, for the classification extension. */
export type Labels = Readonly<Record<string, Digest>>;

/** What became of making a file of an architecture by a recipe, or of making its batch dynamic. */
export interface RecipeOutcome {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  readonly result:
    | {
        readonly kind: 'made';
        readonly modelDigest: Digest;
        readonly manifest: Manifest;
        /** Least cosine similarity of an output to the original's, on real samples where there are any. */
        readonly similarity: number;
        /** What was done, for people. */
        readonly note: string;
      }
    /** The recipe does not apply to the model. */
    | { readonly kind: 'declined'; readonly reason: string }
    | { readonly kind: 'failed'; readonly reason: string };
}

/** Enough to load a variant anywhere. */
export interface VariantSpec {
  readonly variant: VariantId;
  readonly version: number;
  readonly provider: string;
  readonly option: SessionOption | undefined;
  readonly modelDigest: Digest;
  readonly manifest: Manifest;
  readonly signature: Signature;
  readonly maxBatchSize: number;
  readonly labels: Labels;
}

export interface Variant {
  readonly id: VariantId;
  readonly architecture: string;
  readonly version: number;
  readonly task: string;
  readonly recipe: string;
  readonly provider: string;
  readonly option: SessionOption | undefined;
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
  /** None when it was not run; else at least one. */
  readonly points: readonly ProfilePoint[];
  /** Why it was loaded and not run: it refuses made up inputs, and there are no others. It is served all the same. */
  readonly notRun?: string;
  /** With the file in the system's page cache. */
  readonly loadMs: Milliseconds;
  /** With the file on disk only. */
  readonly coldLoadMs: Milliseconds;
  /** The most that its process held. */
  readonly memoryBytes: Bytes;
  /** What the process held before the load. */
  readonly baseMemoryBytes: Bytes;
  /** Mean relative error of the median that is predicted at batch sizes between the points; undefined: none was tried. */
  readonly predictionError: number | undefined;
  readonly runtimeVersion: string;
  readonly providerUsed: string;
  /** How many of the graph's nodes ran on which provider, as the session's profile tells; empty: not looked at. */
  readonly nodesByProvider: Readonly<Record<string, number>>;
  /** Of inputs with dynamic dimensions: those that were measured, without the batch. Others are taken for as fast. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** What was measured of a variant on one hardware class: a profile, or the reason there is none. */
export interface Measurement {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  /** Versions of ONNX Runtime and of the device's driver, from `environmentOf`: with another it is measured again. */
  readonly environment: string;
  readonly result:
    | {
        readonly kind: 'measured';
        readonly profile: Profile;
        readonly accuracy: Accuracy | undefined;
        /** Share of answers that are the original's too; undefined without samples, and of the original itself. */
        readonly agreement: number | undefined;
      }
    | { readonly kind: 'failed'; readonly reason: string };
}
