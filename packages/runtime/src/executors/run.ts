// What a run of a model takes and gives.

import { ParetoError, type DataType, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath } from '../processes/executor-process.js';
import type { TensorHeader } from '../protocol/protocol.js';

export interface TensorInput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  /** Raw, little-endian; the slices follow each other and are written as they are. */
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
  /** Empty: all. */
  readonly outputs: readonly string[];
  /** What the profile says; undefined: not known. It decides when a run counts as hung. */
  readonly expectedMs: Milliseconds | undefined;
}

export type RunOutcome =
  | { readonly kind: 'done'; readonly outputs: readonly TensorOutput[]; readonly computeMs: Milliseconds }
  | { readonly kind: 'failed'; readonly message: string } // the model said no; the executor lives
  /** `running`: this batch was the one that ran, so it may be the cause; else it was still waiting in the process. */
  | { readonly kind: 'died'; readonly death: ExecutorDeath; readonly running: boolean };

export const tensorHeader = ({ name, datatype, shape, data }: TensorInput): TensorHeader => ({
  name,
  datatype,
  shape,
  byteLength: data.reduce((total, slice) => total + slice.length, 0),
});

/** Why something did not run: `unavailable` when another model ended the process, else `failed-precondition`. */
export function runFailure(what: string, outcome: Exclude<RunOutcome, { readonly kind: 'done' }>): ParetoError {
  if (outcome.kind === 'failed') return new ParetoError('failed-precondition', `${what}: ${outcome.message}`);
  const { kind, reason } = outcome.death;
  return new ParetoError(kind === 'beside' ? 'unavailable' : 'failed-precondition', `${what}: ${reason}`);
}
