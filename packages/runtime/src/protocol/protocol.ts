// What the worker's front process and an executor process say to each other: one frame per message, over a unix socket.

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

/** What a session is made of. */
export interface SessionRequest {
  readonly modelPath: string;
  readonly provider: string;
  readonly threads: number;
  readonly option?: SessionOption | undefined;
  /** Where the graph is saved as it is after ONNX Runtime's portable optimisations; others are not done then. */
  readonly optimisedPath?: string | undefined;
  /** A file name: there, beside that graph, its large weights are saved. Left out: in the graph. */
  readonly optimisedWeights?: string | undefined;
}

/** Makes a session, known by its number from then on. */
export interface LoadHeader extends SessionRequest {
  readonly kind: 'load';
  readonly session: number;
}

export interface RunHeader {
  readonly kind: 'run';
  readonly session: number;
  readonly tensors: readonly TensorHeader[];
  /** Empty: all outputs. */
  readonly outputs: readonly string[];
}

/** Runs once in a session of its own, whose profile is written into a file that begins with this path. */
export interface ProfileHeader extends SessionRequest {
  readonly kind: 'profile';
  readonly pathPrefix: string;
  readonly tensors: readonly TensorHeader[];
}

/** Ends a session. */
interface ReleaseHeader {
  readonly kind: 'release';
  readonly session: number;
}

export type Request = LoadHeader | RunHeader | ProfileHeader | ReleaseHeader;

/** Requests are done one by one in the order in which they came; each gets one reply, with its id. */
export type ToExecutor = Request & { readonly id: number };

/** Said once, when the process is up and ONNX Runtime is in memory. */
export interface HelloHeader {
  readonly kind: 'hello';
  readonly runtimeVersion: string;
  readonly providers: readonly string[];
}

export interface LoadedHeader {
  readonly kind: 'loaded';
  readonly loadMs: number;
  /** By how much the process's own memory grew. */
  readonly grownBytes: number;
  readonly providerUsed: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export interface ResultHeader {
  readonly kind: 'result';
  /** Inside the session's run. */
  readonly computeMs: number;
  readonly tensors: readonly TensorHeader[];
}

interface DoneHeader {
  readonly kind: 'profiled' | 'released';
}

interface FailedHeader {
  readonly kind: 'failed';
  readonly message: string;
}

export type Reply = LoadedHeader | ResultHeader | DoneHeader | FailedHeader;

export type FromExecutor = HelloHeader | (Reply & { readonly id: number });

/** The exit status of an executor that could not get memory: what it holds is not to be trusted afterwards. */
export const outOfMemoryExit = 77;
