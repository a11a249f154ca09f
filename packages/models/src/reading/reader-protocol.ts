// The jobs of a reader process, and their results.

import type { DataType } from '@pareto/core';
import type { SetUse } from '../datasets/validation-set.js';
import type { LabelSpread } from '../metrics/quality-metric.js';

export type ReaderJob =
  | { readonly kind: 'inspect'; readonly graph: string }
  | ({ readonly kind: 'rewrite' } & RewriteRequest)
  | ({ readonly kind: 'unpack' } & UnpackRequest);

export interface RewriteRequest {
  /** Path of a graph that can't be served as it is, see `InspectedModel.isRewritten`. */
  readonly graph: string;
  /** An existing empty folder for the rewritten graph. */
  readonly folder: string;
}

/** Name of the rewritten graph in its folder. */
export const rewrittenName = 'model.onnx';

export interface UnpackRequest extends SetUse {
  /** Path of a validation set. */
  readonly file: string;
  /** An existing empty folder for the arrays, a file for each: its name is the position of the array. */
  readonly folder: string;
}

/** A validation set in files. The calibration samples are the first rows, and the evaluation samples follow. */
export interface UnpackedSet {
  readonly samples: number;
  readonly calibrationSamples: number;
  /** See `ValidationSet`. */
  readonly spread?: LabelSpread;
  /** The inputs of the signature, and then the labels. */
  readonly arrays: readonly UnpackedArray[];
}

export interface UnpackedArray {
  readonly name: string;
  readonly datatype: DataType;
  /** Dimensions, of which the first counts the samples. */
  readonly dims: readonly number[];
  /** Bytes of the largest row. */
  readonly maxRowBytes: number;
}
