// The two kinds of generators: those that rewrite a model's graph, and those that save what ONNX Runtime makes of it.

import type { OnnxModel } from '../../onnx/onnx.js';

/** `reason` and `note` are human-readable and continue "declined: …" and "made: …". */
export type Rewrite =
  | { readonly kind: 'made'; readonly model: OnnxModel; readonly note: string }
  | { readonly kind: 'declined'; readonly reason: string };

/** The minimum and maximum of each tensor over the calibration samples. */
export type Ranges = ReadonlyMap<string, readonly [min: number, max: number]>;

interface GeneratorTraits {
  /** Minimum cosine similarity of each output to the original's, on real samples. */
  readonly bound: number;
  /** Human-readable hint, appended to the error if the file's outputs differ too much from the original's. */
  readonly failureHint?: string;
  /** Whether the file has a dynamic batch where the original has a fixed one. */
  readonly opensBatch?: boolean;
}

/** Rewrites the graph, as a pure function, in the generator process. */
export interface GraphGenerator extends GeneratorTraits {
  readonly kind: 'rewrite';
  /**
   * Returns a model whose extra outputs `NAME:min` and `NAME:max` (floats, one number per run) are the extremes of the tensor NAME, for
   * every tensor whose range `rewrite` needs. Undefined if it needs none.
   */
  readonly observe?: (model: OnnxModel) => Rewrite;
  /** Accepts the model with all weights inline. `ranges` is empty if there is no `observe`. */
  readonly rewrite: (model: OnnxModel, ranges: Ranges) => Rewrite;
}

/** Saves the graph as ONNX Runtime's own optimiser leaves it, in an executor process. */
export interface RuntimeGenerator extends GeneratorTraits {
  readonly kind: 'runtime';
  /** Human-readable, continues "made: …". */
  readonly note: string;
}

export type Generator = GraphGenerator | RuntimeGenerator;

export const made = (model: OnnxModel, note: string): Rewrite => ({ kind: 'made', model, note });

export const declined = (reason: string): Rewrite => ({ kind: 'declined', reason });

/** Part of a rewrite can't be done; the text continues "declined: …". */
export interface NotRewritable {
  readonly reason: string;
}

export const notRewritable = (reason: string): NotRewritable => ({ reason });
