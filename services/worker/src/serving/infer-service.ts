// Handles ModelInfer on a worker: checks the query, queues it, runs it and encodes the reply.

import { milliseconds, ParetoError, replicaId, type Clock, type Milliseconds } from '@pareto/core';
import { costOfItems, deadlineAt, dueAt } from '@pareto/policy';
import type { Payload, ScannedRequest } from '@pareto/protocol';
import type { ReplyReceiver, RoutedCall } from '@pareto/rpc';
import type { Span, Tracer, WorkerMetrics } from '@pareto/telemetry';
import { checkRequest, type CheckedQuery } from '../requests/check-request.js';
import { notExecutedError } from '../refusals/rejection.js';
import type { Replica } from '../replicas/replica.js';
import type { ReplicaSet } from '../replicas/replica-set.js';
import { encodeReply, parametersOf, setReplyTrailers } from './reply.js';
import type { ResultReceiver } from '../batching/accepted-query.js';
import type { QueryResult } from '../batching/waiting-query.js';

export interface InferDeps {
  readonly replicas: ReplicaSet;
  readonly draining: () => boolean;
  readonly tracer: Tracer;
  readonly metrics: WorkerMetrics;
  readonly clock: Clock;
}

/** Executes a query as the router decided. Its reply is an encoded ModelInferResponse. */
export const modelInfer = (call: RoutedCall, deps: InferDeps, receiver: ReplyReceiver): void =>
  new Execution(call, deps, receiver).start();

/** A query from its arrival to its reply. A class, since an asynchronous function takes a KB for every query. */
class Execution implements ResultReceiver {
  readonly #call: RoutedCall;
  readonly #deps: InferDeps;
  readonly #receiver: ReplyReceiver;
  readonly #replica: Replica | undefined;
  readonly #variant: string;
  readonly #span: Span;
  #query: RunnableQuery | undefined;

  constructor(call: RoutedCall, deps: InferDeps, receiver: ReplyReceiver) {
    const { decision, traceparent, receivedAt } = call;
    this.#call = call;
    this.#deps = deps;
    this.#receiver = receiver;
    this.#replica = deps.replicas.replicas.get(replicaId(decision.replica));
    this.#variant = this.#replica?.assignment.spec.variant ?? 'unknown';
    this.#span = deps.tracer.startSpan('worker.infer', { traceparent, kind: 'server', startedAt: receivedAt });
    if (this.#span.recording) this.#span.set({ 'pareto.variant': this.#variant, 'pareto.replica': decision.replica });
  }

  start(): void {
    const call = this.#call;
    try {
      const query = acceptQuery(call, this.#replica, this.#deps);
      this.#query = query;
      const options = {
        cancellation: call.cancellation,
        receivedAt: call.receivedAt,
        enqueuedAt: query.enqueuedAt,
        dueAt: dueAt(call.receivedAt, call.decision.latencyLeftMs),
        deadlineAt: deadlineAt(query.enqueuedAt, call.remainingMs(query.enqueuedAt)),
      };
      query.replica.infer(query.checked, options, this);
    } catch (error) {
      this.reject(error);
    }
  }

  resolve(result: QueryResult): void {
    const reply = this.#encode(result);
    if (reply === undefined) return;
    this.#deps.metrics.requests.add(1, { variant: this.#variant, code: 'ok' });
    this.#span.end();
    this.#receiver.succeed(reply);
  }

  reject(error: unknown): void {
    const { metrics, clock } = this.#deps;
    metrics.requests.add(1, { variant: this.#variant, code: error instanceof ParetoError ? error.code : 'internal' });
    if (this.#replica !== undefined) this.#call.setLoad(this.#replica.load(), clock.now() - this.#call.receivedAt);
    this.#span.end(error);
    this.#receiver.fail(error);
  }

  /** Returns the reply, or rejects the query. */
  #encode(result: QueryResult): Payload | undefined {
    try {
      if (this.#query === undefined) throw new Error('the query was not accepted');
      traceRun(result, this.#span, this.#deps.tracer);
      return answerQuery(this.#query, result, this.#call, this.#deps);
    } catch (error) {
      this.reject(error);
      return undefined;
    }
  }
}

/** A query that its replica can run. */
interface RunnableQuery {
  readonly request: ScannedRequest;
  readonly checked: CheckedQuery;
  readonly replica: Replica;
  readonly enqueuedAt: Milliseconds;
}

function acceptQuery(call: RoutedCall, replica: Replica | undefined, deps: InferDeps): RunnableQuery {
  if (replica === undefined) throw notExecutedError(`replica ${call.decision.replica} is not on this worker`);
  if (deps.draining()) throw notExecutedError('the worker is draining');
  const request = call.request();
  const checked = checkForReplica(request, replica);
  return { request, checked, replica, enqueuedAt: deps.clock.now() };
}

/** Checks a request. One that the file that serves rejects may fit the file that is loading. */
function checkForReplica(request: ScannedRequest, replica: Replica): CheckedQuery {
  try {
    return checkRequest(request, replica.assignment.spec);
  } catch (error) {
    throw replica.isOutdated ? notExecutedError('the replica is loading another file') : error;
  }
}

/** Encodes the reply, and sets its trailers and its load. */
function answerQuery(
  { request, checked, replica, enqueuedAt }: RunnableQuery,
  result: QueryResult,
  call: RoutedCall,
  { metrics, clock }: InferDeps,
): Payload {
  const { spec, usdPerHour } = replica.assignment;
  metrics.queueTime.record((result.startedAt - enqueuedAt) / 1000, { variant: spec.variant });
  const costUsd = costOfItems(checked.items, result.batchItems, result.computeMs, usdPerHour);
  const parameters = parametersOf({ decision: call.decision, spec, costUsd });
  setReplyTrailers(call, parameters);
  const encodingAt = clock.now();
  const reply = encodeReply(request, result.outputs, { spec, parameters, query: checked, labels: replica.labels });
  const encodedAt = clock.now();
  replica.encoded(result.batchItems, encodedAt - encodingAt);
  call.setLoad(result.load, encodedAt - call.receivedAt);
  return reply;
}

function traceRun(result: QueryResult, parent: Span, tracer: Tracer): void {
  if (!parent.recording) return;
  const run = tracer.startSpan('executor.run', {
    traceparent: parent.traceparent,
    startedAt: milliseconds(result.startedAt),
    attributes: {
      'process.pid': result.executorPid,
      'pareto.batch_items': result.batchItems,
      'pareto.compute_ms': result.computeMs,
    },
  });
  run.end(undefined, result.endedAt);
}
