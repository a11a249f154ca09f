// A query with the decision of its router, as a worker handles it: sent over a connection, or within the process.

import type { Milliseconds, ReplicaLoad } from '@pareto/core';
import {
  decisionKey,
  decodeDecision,
  formatLoad,
  loadKey,
  type Payload,
  type RoutedDecision,
  scanInferRequest,
  type ScannedRequest,
} from '@pareto/protocol';
import type { Cancellation } from './cancellation.js';
import type { ServerCall } from './server-call.js';

export interface RoutedCall extends Pick<ServerCall, 'cancellation' | 'receivedAt' | 'remainingMs' | 'setTrailer'> {
  readonly payload: Payload;
  readonly decision: RoutedDecision;
  readonly traceparent: string | undefined;
  /** Returns the fields of the payload. Throws `invalid-argument` if it is not a ModelInferRequest. */
  request(): ScannedRequest;
  /** Sets the load of the replica, which is sent with the reply or the error. */
  setLoad(load: ReplicaLoad, tookMs: number): void;
}

/** A query that arrived over a connection. */
export class ReceivedQuery implements RoutedCall {
  readonly payload: Payload;
  readonly decision: RoutedDecision;
  readonly traceparent: string | undefined;
  readonly cancellation: Cancellation;
  readonly receivedAt: Milliseconds;
  readonly #call: ServerCall;

  /** Throws `invalid-argument` if the metadata has no decision. */
  constructor(payload: Payload, call: ServerCall) {
    this.payload = payload;
    this.decision = decodeDecision(call.metadata.get(decisionKey));
    this.traceparent = call.metadata.get('traceparent');
    this.cancellation = call.cancellation;
    this.receivedAt = call.receivedAt;
    this.#call = call;
  }
  remainingMs(now?: Milliseconds): Milliseconds | undefined {
    return this.#call.remainingMs(now);
  }
  request(): ScannedRequest {
    return scanInferRequest(this.payload);
  }
  setTrailer(name: string, value: string, isPlain?: boolean): void {
    this.#call.setTrailer(name, value, isPlain);
  }
  setLoad(load: ReplicaLoad, tookMs: number): void {
    this.#call.setTrailer(loadKey, formatLoad({ load, tookMs }), true);
  }
}
