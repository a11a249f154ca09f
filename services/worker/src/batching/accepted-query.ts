// A query between its acceptance by a replica and its answer, which settles once.

import type { Milliseconds, Shapes } from '@pareto/core';
import type { Cancellation } from '@pareto/rpc';
import type { QueryRejection } from '../refusals/rejection.js';
import type { CheckedQuery } from '../requests/check-request.js';
import type { QueryResult, WaitingQuery } from './waiting-query.js';

export interface InferOptions {
  readonly cancellation: Cancellation;
  /** Time at which the request's headers arrived. */
  readonly receivedAt: Milliseconds;
  /** The current time. */
  readonly enqueuedAt: Milliseconds;
  /** Time by which the query must be answered to meet its objective, on `clock`. Infinite if it may be late. */
  readonly dueAt: number;
  /** Time of the caller's gRPC deadline on `clock`. Infinite if there is none. */
  readonly deadlineAt: number;
}

/** The receiver of what happens to queries. */
export interface QueryOwner {
  onFailed(query: WaitingQuery, error: unknown): void;
  onAborted(query: WaitingQuery): void;
  errorOf(rejection: QueryRejection, query: WaitingQuery): Error;
}

/** Receiver of the result of a query, which is called once. */
export interface ResultReceiver {
  resolve(result: QueryResult): void;
  reject(error: unknown): void;
}

interface AcceptedQueryOptions {
  readonly query: CheckedQuery;
  readonly options: InferOptions;
  readonly owner: QueryOwner;
  readonly receiver: ResultReceiver;
}

/** A class, since a literal with closures takes several microseconds for each query. */
export class AcceptedQuery implements WaitingQuery {
  readonly query: CheckedQuery;
  readonly items: number;
  readonly bytes: number;
  readonly batchKey: string;
  readonly shapes: Shapes | undefined;
  readonly priority: number;
  readonly cancellation: Cancellation;
  readonly receivedAt: Milliseconds;
  readonly dueAt: number;
  readonly deadlineAt: number;
  readonly enqueuedAt: Milliseconds;
  readonly #owner: QueryOwner;
  readonly #receiver: ResultReceiver;
  #isSettled = false;

  constructor({ query, options, owner, receiver }: AcceptedQueryOptions) {
    this.query = query;
    this.items = query.items;
    this.bytes = query.bytes;
    this.batchKey = query.batchKey;
    this.shapes = query.shapes;
    this.priority = query.priority;
    this.cancellation = options.cancellation;
    this.receivedAt = options.receivedAt;
    this.dueAt = options.dueAt;
    this.deadlineAt = options.deadlineAt;
    this.enqueuedAt = options.enqueuedAt;
    this.#owner = owner;
    this.#receiver = receiver;
  }
  /** Watches the caller. Returns false, and rejects the query, if the caller has cancelled it. */
  start(): boolean {
    const { cancellation } = this;
    if (cancellation.aborted) {
      this.reject(cancellation.reason);
      return false;
    }
    cancellation.addEventListener('abort', this);
    return true;
  }
  /** Called when the caller cancels the query. */
  handleEvent(): void {
    this.#owner.onAborted(this);
    this.reject(this.cancellation.reason);
  }
  resolve(result: QueryResult): void {
    if (this.#settle()) this.#receiver.resolve(result);
  }
  reject(error: unknown): void {
    if (!this.#settle()) return;
    this.#owner.onFailed(this, error);
    this.#receiver.reject(error);
  }
  onRejected(rejection: QueryRejection): void {
    this.reject(this.#owner.errorOf(rejection, this));
  }
  /** Returns whether the query was not settled before. */
  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.cancellation.removeEventListener('abort', this);
    return true;
  }
}
