// What a generator is: a pure rewrite of a model's graph that makes a variant's file.

import type { OnnxModel } from '../../onnx/onnx.js';

/** `reason` and `note` are for people: they continue "declined: …" and "made: …". */
export type Rewrite =
  | { readonly kind: 'made'; readonly model: OnnxModel; readonly note: string }
  | { readonly kind: 'declined'; readonly reason: string };

/** The least and the greatest value that each tensor had on the calibration samples. */
export type Ranges = ReadonlyMap<string, readonly [min: number, max: number]>;

export interface Generator {
  /** As in the recipes of core, or `dynamic-batch`. */
  readonly recipe: string;
  /** Least cosine similarity of each output to the original's, on real samples. */
  readonly bound: number;
  /**
   * A model whose extra outputs `NAME:min` and `NAME:max` (floats; one number per run) are the extremes of the tensor NAME, for
   * every tensor whose range `rewrite` wants. Absent: it wants none.
   */
  readonly observe?: (model: OnnxModel) => Rewrite;
  /** Takes the model with all weights inline. `ranges` is empty unless `observe` asked for some. */
  readonly rewrite: (model: OnnxModel, ranges: Ranges) => Rewrite;
}

export const made = (model: OnnxModel, note: string): Rewrite => ({ kind: 'made', model, note });

export const declined = (reason: string): Rewrite => ({ kind: 'declined', reason });

/** Part of a rewrite can't be done; the text continues "declined: …". */
export interface Refused {
  readonly refused: string;
}

export const refused = (why: string): Refused => ({ refused: why });
