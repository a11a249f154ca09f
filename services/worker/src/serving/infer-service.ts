// Handles ModelInfer on a worker: checks the query, queues it, runs it and encodes the reply.

import { milliseconds, ParetoError, replicaId, type Clock, type Milliseconds } from '@pareto/core';
import type { Payload, RoutedCall, ScannedRequest } from '@pareto/rpc';
import type { Span, Tracer, WorkerMetrics } from '@pareto/telemetry';
import { checkRequest, type CheckedQuery } from '../requests/check-request.js';
import { notExecutedError } from '../batching/intake.js';
import type { Replica } from '../replicas/replica.js';
import type { ReplicaSet } from '../replicas/replica-set.js';
import { encodeReply, parametersOf, setReplyTrailers } from './reply.js';
import type { QueryResult } from '../batching/waiting-query.js';

export interface InferDeps {
  readonly replicas: ReplicaSet;
  readonly draining: () => boolean;
  readonly tracer: Tracer;
  readonly metrics: WorkerMetrics;
  readonly clock: Clock;
}

/** Executes a query as the router decided. Returns an encoded ModelInferResponse. */
export async function modelInfer(call: RoutedCall, deps: InferDeps): Promise<Payload> {
  const { decision, traceparent } = call;
  const replica = deps.replicas.replicas.get(replicaId(decision.replica));
  const span = deps.tracer.startSpan('worker.infer', { traceparent, kind: 'server', startedAt: call.receivedAt });
  const variant = replica?.assignment.spec.variant ?? 'unknown';
  if (span.recording) span.set({ 'pareto.variant': variant, 'pareto.replica': decision.replica });
  try {
    const query = acceptQuery(call, replica, deps);
    const result = await query.replica.infer(query.checked, {
      cancellation: call.cancellation,
      receivedAt: call.receivedAt,
      dueAt: call.receivedAt + decision.latencyLeftMs,
      deadlineAt: query.enqueuedAt + (call.remainingMs() ?? Number.POSITIVE_INFINITY),
    });
    traceRun(result, span, deps.tracer);
    const reply = answerQuery(query, result, call, deps);
    deps.metrics.requests.add(1, { variant, code: 'ok' });
    span.end();
    return reply;
  } catch (error) {
    deps.metrics.requests.add(1, { variant, code: error instanceof ParetoError ? error.code : 'internal' });
    if (replica !== undefined) call.setLoad(replica.load(), deps.clock.now() - call.receivedAt);
    span.end(error);
    throw error;
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
  const checked = checkRequest(request, replica.assignment.spec);
  return { request, checked, replica, enqueuedAt: deps.clock.now() };
}

/** Encodes the reply, and sets its trailers and its load. */
function answerQuery(
  { request, checked, replica, enqueuedAt }: RunnableQuery,
  result: QueryResult,
  call: RoutedCall,
  { metrics, clock }: InferDeps,
): Payload {
  const { spec } = replica.assignment;
  metrics.queueTime.record((result.startedAt - enqueuedAt) / 1000, { variant: spec.variant });
  const parameters = parametersOf({ decision: call.decision, spec, costUsd: costOf(result, checked.items, replica) });
  setReplyTrailers(call, parameters);
  const encodingAt = clock.now();
  const reply = encodeReply(request, result.outputs, { spec, parameters, query: checked, labels: replica.labels });
  const encodedAt = clock.now();
  replica.encoded(result.batchItems, encodedAt - encodingAt);
  call.setLoad(result.load, encodedAt - call.receivedAt);
  return reply;
}

/** Returns the cost in USD of the query's share of the slot time, by items. */
const costOf = ({ computeMs, batchItems }: QueryResult, items: number, { assignment }: Replica): number =>
  ((computeMs * items) / batchItems / 3.6e6) * assignment.usdPerHour;

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
