// The input of an endpoint: one HTTP request.

import type { IncomingHttpHeaders } from 'node:http';
import type { ServerCall } from '@pareto/rpc';
import type { Chunks } from '../body/chunks.js';
import type { InferWork } from '../infer/infer-work.js';
import type { MethodName, ProtocolCalls } from './protocol-calls.js';
import type { Reply } from '../reply/reply.js';

export interface Exchange {
  /** Model name from the path, decoded. This and the other names are empty if the path has none. */
  readonly model: string;
  readonly version: string;
  readonly repository: string;
  readonly region: string;
  readonly headers: IncomingHttpHeaders;
  readonly call: ServerCall;
  readonly protocol: ProtocolCalls;
  readonly work: InferWork;
  /** Maximum size of a message to a worker. */
  readonly maxMessageBytes: number;
  /**
   * Reads the whole body of a call to `method`, after it checked that the caller may call it. Throws an HttpError if the
   * body is too large, stalls or cannot be inflated.
   */
  readonly body: (method: MethodName) => Promise<Chunks>;
  /** Counts the bytes that the call holds from now on. Throws if they exceed the budget. */
  readonly hold: (bytes: number) => void;
}

export type Endpoint = (exchange: Exchange) => Promise<Reply>;
