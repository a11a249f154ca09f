// Defines the two kinds of generators: rewrites of a model's graph, and files that ONNX Runtime's own optimiser saves.

import type { OnnxModel } from '../onnx/onnx.js';

/** The result of a rewrite. `reason` and `note` are human-readable and continue "declined: …" and "made: …". */
export type Rewrite =
  | { readonly kind: 'made'; readonly model: OnnxModel; readonly note: string }
  | { readonly kind: 'declined'; readonly reason: string };

/** Minimum and maximum of tensors over the calibration samples. */
export type Ranges = ReadonlyMap<string, readonly [min: number, max: number]>;

interface GeneratorTraits {
  /** Minimum cosine similarity of each output to the original's, on real samples. */
  readonly bound: number;
  /** Human-readable hint, appended to the error if the file's outputs differ too much from the original's. */
  readonly failureHint?: string;
  /** The file has a dynamic batch instead of the original's fixed one. */
  readonly opensBatch?: boolean;
}

/** A rewrite of the graph, as a pure function, which runs in the generator process. */
export interface GraphGenerator extends GeneratorTraits {
  readonly kind: 'rewrite';
  /**
   * Returns a model whose extra outputs `NAME:min` and `NAME:max` (floats, one number per run) are the extremes of the
   * tensor NAME, for every tensor whose range `rewrite` needs. Undefined if it needs none.
   */
  readonly observe?: (model: OnnxModel) => Rewrite;
  /** Accepts the model with all weights inline. `ranges` is empty if there is no `observe`. */
  readonly rewrite: (model: OnnxModel, ranges: Ranges) => Rewrite;
}

/** A file that ONNX Runtime's optimiser saves, in an executor process. */
export interface RuntimeGenerator extends GeneratorTraits {
  readonly kind: 'runtime';
  /** Human-readable text that continues "made: …". */
  readonly note: string;
}

export type Generator = GraphGenerator | RuntimeGenerator;

export const made = (model: OnnxModel, note: string): Rewrite => ({ kind: 'made', model, note });

export const declined = (reason: string): Rewrite => ({ kind: 'declined', reason });

/** The reason why part of a graph can't be rewritten. It continues "declined: …". */
export interface NotRewritable {
  readonly reason: string;
}

export const notRewritable = (reason: string): NotRewritable => ({ reason });
