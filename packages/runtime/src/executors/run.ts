// Inputs, outputs and outcomes of a run of a model.

import { ParetoError, type DataType, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath } from '../processes/executor-process.js';
import type { TensorHeader } from '../protocol/protocol.js';

export interface TensorInput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  /** Raw little-endian data in consecutive slices, which are not copied. */
  readonly data: readonly Uint8Array[];
}

export interface TensorOutput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: Buffer;
}

export interface RunRequest {
  readonly inputs: readonly TensorInput[];
  /** Names of the outputs to return. All if empty. */
  readonly outputs: readonly string[];
  /** Expected time by the profile, which determines when the run counts as hung. Undefined if it is unknown. */
  readonly expectedMs: Milliseconds | undefined;
}

export type RunOutcome =
  | { readonly kind: 'done'; readonly outputs: readonly TensorOutput[]; readonly computeMs: Milliseconds }
  | { readonly kind: 'failed'; readonly message: string } // the run failed, and the executor still lives
  /**
   * Died with this batch. `running` is true if the batch ran and may be the cause, false if it was waiting in the
   * process.
   */
  | { readonly kind: 'died'; readonly death: ExecutorDeath; readonly running: boolean };

export const tensorHeader = ({ name, datatype, shape, data }: TensorInput): TensorHeader => ({
  name,
  datatype,
  shape,
  byteLength: data.reduce((total, slice) => total + slice.length, 0),
});

/** Returns the error of a run: `unavailable` if another model ended the process, else `failed-precondition`. */
export function runFailure(what: string, outcome: Exclude<RunOutcome, { readonly kind: 'done' }>): ParetoError {
  if (outcome.kind === 'failed') return new ParetoError('failed-precondition', `${what}: ${outcome.message}`);
  const { kind, reason } = outcome.death;
  return new ParetoError(kind === 'by-other-model' ? 'unavailable' : 'failed-precondition', `${what}: ${reason}`);
}
