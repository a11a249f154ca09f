// Parses inference requests and serializes responses, large ones in threads so that they do not block the event loop.

import { availableParallelism } from 'node:os';
import type { Clock } from '@pareto/core';
import { decodeInferResponse, defaultLimits, type DecodedInferResponse, type RawTensor } from '@pareto/protocol';
import { hostOf, type ServerCall } from '@pareto/rpc';
import type { Chunks } from '../body/chunks.js';
import { isBinary, readInfer, type BinaryOptions, type InferBody, type ParsedInfer } from './read-infer.js';
import type { Reply } from '../reply/reply.js';
import { asBuffer, isOwned, memoryOf, owned } from './thread-message.js';
import { createThreadPool, type Transfer } from './thread-pool.js';
import { writeInfer } from './write-infer.js';

/** Message to a thread. */
export type InferTask =
  | { readonly kind: 'read'; readonly parts: readonly Uint8Array[]; readonly body: InferBody }
  | { readonly kind: 'write'; readonly response: DecodedInferResponse; readonly binary: BinaryOptions };

type Caller = Pick<ServerCall, 'peer' | 'signal'>;

export interface InferWork extends AsyncDisposable {
  /** Parses a request. The body must not be used afterwards. */
  read(body: Chunks, options: InferBody, caller: Caller): Promise<ParsedInfer>;
  /** Serializes an encoded ModelInferResponse. `message` must not be used afterwards. */
  write(message: Buffer, binary: BinaryOptions, caller: Caller): Promise<Reply>;
}

/** The compiled program, which is used even when the sources run directly. */
const program = new URL('../../../dist/http/infer/infer-program.cjs', import.meta.url);

export interface InferWorkLimits {
  /** Minimum size of JSON that is parsed in a thread. */
  readonly largeJsonBytes: number;
  /** Minimum size of raw tensors that are serialized to JSON in a thread. */
  readonly largeRawBytes: number;
}

const defaultSizes: InferWorkLimits = { largeJsonBytes: 256 * 1024, largeRawBytes: 64 * 1024 };

/** Half of the cores are left to event loops. */
const maxThreads = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));
const threadLimits = { maxThreads, maxWaiting: defaultLimits.jsonTasks, idleMs: 30_000, heapMb: 512 };

export function createInferWork(clock: Clock, limits: InferWorkLimits = defaultSizes): InferWork {
  const { largeJsonBytes, largeRawBytes } = limits;
  const threads = createThreadPool({ ...threadLimits, program, clock });
  return {
    async read(body, options, caller) {
      if (options.headerLength < largeJsonBytes) return readInfer(body, options);
      const transfer = (): Transfer => {
        const parts = body.slice(0, body.length).map(owned);
        return transferOf({ kind: 'read', parts, body: options }, parts);
      };
      return (await threads.run({ transfer, ...callerOf(caller) })) as ParsedInfer;
    },
    async write(message, binary, caller) {
      const response = decodeInferResponse(message);
      if (jsonBytes(response, binary) < largeRawBytes) return writeInfer(response, binary);
      const transfer = (): Transfer => {
        const outputs = isOwned(message) ? response.outputs : response.outputs.map(withOwned);
        const task = { kind: 'write', response: { ...response, outputs }, binary } as const;
        return transferOf(
          task,
          outputs.map(({ raw }) => raw),
        );
      };
      return (await threads.run({ transfer, ...callerOf(caller) })) as Reply;
    },
    [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose](),
  };
}

const transferOf = (message: InferTask, views: readonly Uint8Array[]): Transfer => ({
  message,
  memory: memoryOf(views),
});

/** Connections from one host count as one client. */
const callerOf = ({ peer, signal }: Caller): { readonly client: string; readonly signal: AbortSignal } => ({
  client: hostOf(peer.replace(/:\d+$/, '')),
  signal,
});

const withOwned = (output: RawTensor): RawTensor => ({ ...output, raw: asBuffer(owned(output.raw)) });

/** Returns the raw size of the outputs to serialize as JSON. */
const jsonBytes = ({ outputs }: DecodedInferResponse, binary: BinaryOptions): number =>
  outputs.filter(({ name }) => !isBinary(binary, name)).reduce((sum, { raw }) => sum + raw.length, 0);
