// What an endpoint is given of one HTTP request.

import type { IncomingHttpHeaders } from 'node:http';
import type { ServerCall } from '@pareto/rpc';
import type { Chunks } from '../body/chunks.js';
import type { InferWork } from '../infer/infer-work.js';
import type { ProtocolCalls } from './protocol-calls.js';
import type { Reply } from '../reply/reply.js';

export interface Exchange {
  /** Of the path, decoded; empty when the path has none. */
  readonly model: string;
  readonly version: string;
  readonly repository: string;
  readonly region: string;
  readonly headers: IncomingHttpHeaders;
  readonly call: ServerCall;
  readonly protocol: ProtocolCalls;
  readonly work: InferWork;
  /** Largest message for a worker. */
  readonly maxMessageBytes: number;
  /** Reads the whole of it. Throws when it is too large, stalls, or can't be inflated. */
  readonly body: () => Promise<Chunks>;
}

export type Endpoint = (exchange: Exchange) => Promise<Reply>;
