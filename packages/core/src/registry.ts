// Tasks, architectures and variants as registered, and the results of measuring them.

import type { Bytes, Digest, HardwareClassId, Milliseconds, VariantId } from './units.js';
import { defaultMetric, type Metric } from './metrics.js';
import type { PartialObjective } from './objective.js';
import type { SessionOption } from './recipes.js';
import type { Shapes, Signature } from './tensor.js';

export interface Task {
  readonly name: string;
  readonly metric: Metric;
  /** Signature shared by the task's architectures. Undefined until the first one is registered. */
  readonly signature: Signature | undefined;
  readonly defaultObjective: PartialObjective;
  /** Digest of the validation set: an NPZ file with one array per input, and `label`. Undefined if there is none. */
  readonly validation: Digest | undefined;
  /** Agreement with the original below which a variant does not answer for the task. Undefined for the metric's default. */
  readonly minAgreement?: number | undefined;
}

/** Returns the metric to show. Undefined if the task has none: without samples, nothing is measured by the default. */
export const shownMetric = ({ metric, validation }: Pick<Task, 'metric' | 'validation'>): Metric | undefined =>
  validation === undefined && metric === defaultMetric ? undefined : metric;

/** A file of a model, at a path relative to the model's folder. */
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
  /** Upper limit of the batch size when served. 0 means no dynamic batch dimension. */
  readonly maxBatchSize: number;
  /**
   * Items per run of a model whose first dimension may be a batch: the size that it fixes in every input and output, or 1
   * if it is dynamic without one name. The step `dynamic-batch` verifies it. Undefined if there is nothing to verify.
   */
  readonly fixedBatch: number | undefined;
  /** Names of the recipes to generate files by. */
  readonly recipes: readonly string[];
  /** Dominated variants stay eligible for placement and selection. */
  readonly keepAll: boolean;
  readonly labels: Labels;
}

/** A change of the current version of an architecture: a registration, or an operator who went to another version. */
export interface VersionChange {
  readonly version: number;
  /** Current version before. */
  readonly from: number;
  readonly atWallMs: number;
  /** Operator. Empty if unknown. */
  readonly by: string;
  readonly reason: string;
  /**
   * Set if an operator requested the version by a rollback. It stays current until another rollback, or until other files are
   * registered. The version before does not become current by a registration of its files.
   */
  readonly byRollback?: boolean;
}

/** Label files by output name, for the classification extension: text with one label per line. */
export type Labels = Readonly<Record<string, Digest>>;

/** Result of generating an architecture's file by a recipe, or of making its batch dimension dynamic. */
export interface RecipeOutcome {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  readonly result:
    | {
        readonly kind: 'made';
        readonly modelDigest: Digest;
        readonly manifest: Manifest;
        /** Minimum cosine similarity of an output to the original's, on real samples if the task has any. */
        readonly similarity: number;
        /** Human-readable summary of what was changed. */
        readonly note: string;
      }
    /** The recipe does not apply to the model. */
    | { readonly kind: 'declined'; readonly reason: string }
    | { readonly kind: 'failed'; readonly reason: string };
}

/** Everything that a worker needs to load a variant. */
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
  /** Reason of the quarantine: queries killed the variant's executors. Undefined if the variant is not quarantined. */
  readonly quarantineReason: string | undefined;
}

/** Accuracy by the task's metric, from 0 to 1, with its 95 % interval. `metricForms` has the meaning of the numbers. */
export interface Accuracy {
  readonly metric: Metric;
  readonly value: number;
  readonly lower95: number;
  readonly upper95: number;
  readonly samples: number;
  /** Standard deviation of the labels. Undefined for a metric that does not depend on it. */
  readonly scale?: number;
}

/**
 * Scores of the evaluation samples, whose mean is the accuracy, for comparing variants on the same samples as pairs.
 * Written by `packSamples` and read by `compareAccuracies` of `packages/policy`.
 */
export interface SampleScores {
  /** Identity of the samples, their order and the metric. Only scores of the same set are compared. */
  readonly set: string;
  /** Number of scores. Of more samples than can be stored, an evenly spread part has one. */
  readonly count: number;
  /** 1 if all scores are 0 or 1. */
  readonly bits: 1 | 12;
  /** Value of the lowest and of the highest code. */
  readonly low: number;
  readonly high: number;
  /** The codes, six bits a character. */
  readonly codes: string;
}

export interface ProfilePoint {
  readonly batch: number;
  readonly p50Ms: Milliseconds;
  readonly p95Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly runs: number;
}

/**
 * Result of verifying that the outputs of a row do not depend on the other rows of its batch (`policy/src/rows`). Texts are
 * human-readable.
 */
export type RowIsolation =
  /** The graph proves it. */
  | { readonly kind: 'proved' }
  /** All runs next to adversarial rows passed, in batches of up to `maxBatch` items. */
  | { readonly kind: 'checked'; readonly maxBatch: number }
  /** Each query runs in a batch of its own. `isLive` is set if a check of a live batch found it, which no later run disproves. */
  | { readonly kind: 'mixed'; readonly reason: string; readonly isLive: boolean };

/** Latency by ascending batch size, and the time and memory that a loaded variant takes. */
export interface Profile {
  /** Measured batch sizes. Empty if the variant could not be run. */
  readonly points: readonly ProfilePoint[];
  /**
   * Reason why the variant was loaded but not run: it rejects synthetic inputs and has no samples. It is served without
   * a profile.
   */
  readonly notRun?: string;
  /** Set if it comes from two runs of one item, after a replica was loaded. It is used until the variant is measured. */
  readonly provisional?: true;
  /**
   * Set if the measurement was disturbed: the maximum share of its time that came from other work on the machine. The
   * variant is then measured again. Undefined if the machine was quiet.
   */
  readonly noise?: number;
  /** Whether queries may share batches. Undefined if it was not verified, so that they do not. */
  readonly rows?: RowIsolation;
  /** Load time with the file in the system's page cache. */
  readonly loadMs: Milliseconds;
  /** Load time with the file on disk only. */
  readonly coldLoadMs: Milliseconds;
  /** Peak memory of the process that runs the variant. */
  readonly memoryBytes: Bytes;
  /** Memory of the device that the variant used. Undefined if it was not measured. */
  readonly deviceMemoryBytes?: Bytes;
  /** Memory of the process before the load. */
  readonly baseMemoryBytes: Bytes;
  /** Mean relative error of the predicted median at batch sizes between the points. Undefined if none was checked. */
  readonly predictionError: number | undefined;
  readonly runtimeVersion: string;
  readonly providerUsed: string;
  /** Number of the graph's nodes that ran on each provider, from the session's profile. Empty if it was not read. */
  readonly nodesByProvider: Readonly<Record<string, number>>;
  /**
   * Shapes used to profile inputs with dynamic dimensions. Other shapes are assumed to take as long, unless a bucket of
   * `buckets` fits them.
   */
  readonly shapes: Shapes;
  /** Latencies for inputs of other shapes. */
  readonly buckets?: readonly ShapeBucket[];
}

/** Latencies for inputs of certain shapes, and of smaller ones. */
export interface ShapeBucket {
  readonly shapes: Shapes;
  /** Points by ascending batch size, like those of the profile. Empty if it was not run yet. */
  readonly points: readonly ProfilePoint[];
}

/** Shapes that a replica has run, since it was loaded. */
export interface ObservedShapes {
  readonly shapes: Shapes;
  readonly items: number;
  /** Time per item of the slower one of the first two batches, in ms. */
  readonly itemMs: number;
}

/** Shapes that a replica of a variant has run on a hardware class. */
export interface VariantShapes extends ObservedShapes {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
}

/** Result of measuring a variant on one hardware class: a profile, or the reason why there is none. */
export interface Measurement {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  /**
   * Versions of ONNX Runtime and of the device's driver, from `environmentOf`. A change causes a new measurement. Empty if
   * the variant is to be measured again, or if the profile is provisional.
   */
  readonly environment: string;
  readonly result:
    | {
        readonly kind: 'measured';
        readonly profile: Profile;
        readonly accuracy: Accuracy | undefined;
        /** Share of answers equal to the original's. Undefined without samples, and for the original itself. */
        readonly agreement: number | undefined;
        /** Scores of the samples. Undefined without an accuracy, or if a worker of an older release measured it. */
        readonly scores?: SampleScores | undefined;
      }
    | { readonly kind: 'failed'; readonly reason: string };
}
