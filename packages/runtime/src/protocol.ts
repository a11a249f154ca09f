// What the worker's front process and an executor process say to each other: one frame per message, over a unix socket.

import type { DataType } from '@pareto/core';

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

export interface LoadHeader {
  readonly kind: 'load';
  readonly modelPath: string;
  readonly provider: string;
  readonly threads: number;
}

export interface RunHeader {
  readonly kind: 'run';
  readonly id: number;
  readonly tensors: readonly TensorHeader[];
  /** Empty: all outputs. */
  readonly outputs: readonly string[];
}

export type ToExecutor = LoadHeader | RunHeader;

/** Said once, when the process is up and ONNX Runtime is in memory. */
export interface HelloHeader {
  readonly kind: 'hello';
  readonly runtimeVersion: string;
  readonly providers: readonly string[];
}

export interface LoadedHeader {
  readonly kind: 'loaded';
  readonly loadMs: number;
  readonly providerUsed: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export interface ResultHeader {
  readonly kind: 'result';
  readonly id: number;
  /** Inside the session's run. */
  readonly computeMs: number;
  readonly tensors: readonly TensorHeader[];
}

interface FailedHeader {
  readonly kind: 'failed';
  /** Of the run; undefined: of the load. */
  readonly id: number | undefined;
  readonly message: string;
}

export type FromExecutor = HelloHeader | LoadedHeader | ResultHeader | FailedHeader;

/** The exit status of an executor that could not get memory: what it holds is not to be trusted afterwards. */
export const outOfMemoryExit = 77;
