// Headers of the messages between the worker process and an executor process.

import type { DataType, SessionOption } from '@pareto/core';

export interface TensorHeader {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** A tensor as ONNX Runtime describes it; -1 is a dynamic dimension. */
export interface TensorInfo {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
}

/** Parameters of a session. */
export interface SessionRequest {
  readonly modelPath: string;
  readonly provider: string;
  readonly threads: number;
  readonly option?: SessionOption | undefined;
  /**
   * Path at which the graph is saved after ONNX Runtime's portable optimisations. If set, other optimisations are
   * skipped.
   */
  readonly optimisedPath?: string | undefined;
  /** Name of the file next to the saved graph for its large weights. Default: weights are saved in the graph. */
  readonly optimisedWeights?: string | undefined;
}

/** Request to create a session with the given number. */
export interface LoadHeader extends SessionRequest {
  readonly kind: 'load';
  readonly session: number;
}

export interface RunHeader {
  readonly kind: 'run';
  readonly session: number;
  readonly tensors: readonly TensorHeader[];
  /** Names of the outputs to return. All if empty. */
  readonly outputs: readonly string[];
}

/** Request to run a model once in a new session, and return its profile. */
export interface ProfileHeader extends SessionRequest {
  readonly kind: 'profile';
  readonly tensors: readonly TensorHeader[];
}

/** Request to end a session. */
interface ReleaseHeader {
  readonly kind: 'release';
  readonly session: number;
}

/** Message to an executor. Requests are executed in order; each has one reply with its id. */
export type Request = LoadHeader | RunHeader | ProfileHeader | ReleaseHeader;

/** Message sent once, when the process has started and loaded ONNX Runtime. */
export interface HelloHeader {
  readonly kind: 'hello';
  readonly runtimeVersion: string;
  readonly providers: readonly string[];
}

export interface LoadedHeader {
  readonly kind: 'loaded';
  readonly loadMs: number;
  /** Bytes by which the private memory of the process grew. */
  readonly grownBytes: number;
  readonly providerUsed: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export interface ResultHeader {
  readonly kind: 'result';
  /** Time of the session's run. */
  readonly computeMs: number;
  readonly tensors: readonly TensorHeader[];
}

interface ProfiledHeader {
  readonly kind: 'profiled';
  /** Profile in Chrome's trace format. */
  readonly profile: string;
}

interface ReleasedHeader {
  readonly kind: 'released';
}

interface FailedHeader {
  readonly kind: 'failed';
  readonly message: string;
}

export type Reply = LoadedHeader | ResultHeader | ProfiledHeader | ReleasedHeader | FailedHeader;

export type FromExecutor = HelloHeader | Reply;

/** Exit status of an executor after a failed allocation, which leaves its state unreliable. */
export const outOfMemoryExit = 77;
