// Handles ModelInfer on a worker: checks the query, queues it, runs it and encodes the reply.

import { milliseconds, ParetoError, replicaId, type Clock, type Milliseconds } from '@pareto/core';
import {
  decisionKey,
  decodeDecision,
  formatLoad,
  formatReplyLoad,
  loadKey,
  scanInferRequest,
  type Payload,
  type RoutedDecision,
  type ServerCall,
} from '@pareto/rpc';
import type { Span, Tracer, WorkerMetrics } from '@pareto/telemetry';
import { checkRequest } from '../requests/check-request.js';
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

/** Executes an encoded ModelInferRequest as the router decided. Returns an encoded ModelInferResponse. */
export async function modelInfer(payload: Payload, call: ServerCall, deps: InferDeps): Promise<Payload> {
  const decision = decodeDecision(call.metadata.get(decisionKey));
  const replica = deps.replicas.replicas.get(replicaId(decision.replica));
  const traceparent = call.metadata.get('traceparent');
  const span = deps.tracer.startSpan('worker.infer', { traceparent, kind: 'server', startedAt: call.receivedAt });
  const variant = replica?.assignment.spec.variant ?? 'unknown';
  if (span.recording) span.set({ 'pareto.variant': variant, 'pareto.replica': decision.replica });
  const tookMs = (): number => deps.clock.now() - call.receivedAt;
  try {
    const { reply, loadText } = await executeQuery(payload, call, { decision, replica, span }, deps);
    deps.metrics.requests.add(1, { variant, code: 'ok' });
    call.setTrailer(loadKey, formatReplyLoad(loadText, tookMs()));
    span.end();
    return reply;
  } catch (error) {
    deps.metrics.requests.add(1, { variant, code: error instanceof ParetoError ? error.code : 'internal' });
    if (replica !== undefined) call.setTrailer(loadKey, formatLoad({ load: replica.load(), tookMs: tookMs() }));
    span.end(error);
    throw error;
  }
}

interface ExecutedQuery {
  readonly reply: Payload;
  readonly loadText: string;
}

interface RoutedQuery {
  readonly decision: RoutedDecision;
  readonly replica: Replica | undefined;
  readonly span: Span;
}

async function executeQuery(
  payload: Payload,
  call: ServerCall,
  { decision, replica, span }: RoutedQuery,
  deps: InferDeps,
): Promise<ExecutedQuery> {
  if (replica === undefined) throw notExecutedError(`replica ${decision.replica} is not on this worker`);
  if (deps.draining()) throw notExecutedError('the worker is draining');
  const request = scanInferRequest(payload);
  const query = checkRequest(request, replica.assignment.spec);
  const enqueuedAt = deps.clock.now();
  const { cancellation, receivedAt } = call;
  const deadlineAt = enqueuedAt + (call.remainingMs() ?? Number.POSITIVE_INFINITY);
  const dueAt = receivedAt + decision.latencyLeftMs;
  const result = await replica.infer(query, { cancellation, receivedAt, dueAt, deadlineAt });
  recordTimes(result, enqueuedAt, replica, deps);
  traceRun(result, span, deps.tracer);
  const { spec } = replica.assignment;
  const parameters = parametersOf({ decision, spec, costUsd: costOf(result, query.items, replica) });
  setReplyTrailers(call, parameters);
  const encodingAt = deps.clock.now();
  const reply = encodeReply(request, result.outputs, { spec, parameters, query, labels: replica.labels });
  replica.encoded(result.batchItems, deps.clock.now() - encodingAt);
  return { reply, loadText: result.loadText };
}

/** Returns the cost in USD of the query's share of the slot time, by items. */
const costOf = ({ computeMs, batchItems }: QueryResult, items: number, { assignment }: Replica): number =>
  ((computeMs * items) / batchItems / 3.6e6) * assignment.usdPerHour;

function recordTimes(
  result: QueryResult,
  enqueuedAt: Milliseconds,
  replica: Replica,
  { metrics }: Pick<InferDeps, 'metrics'>,
): void {
  const queuedMs = result.startedAt - enqueuedAt;
  metrics.queueTime.record(queuedMs / 1000, { variant: replica.assignment.spec.variant });
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
