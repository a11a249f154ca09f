// Messages from a worker to its controller: results of steps, and reports of the current state.

import type { Clock } from '@pareto/core';
import { isReportDue, type MessageIntervals } from '@pareto/policy';
import {
  measurementToWire,
  observedToWire,
  recipeOutcomeToWire,
  replicaReportToWire,
  type Complete,
  type wire,
} from '@pareto/rpc';
import type { StepRunner, StepResult } from './step-runner.js';
import type { ReplicaSet } from '../replicas/replica-set.js';
import { sameValues } from './same-values.js';

export interface OutboxOptions {
  readonly replicas: ReplicaSet;
  readonly stepRunner: StepRunner;
  readonly draining: () => boolean;
  /** Returns the limits that this worker reached in the last minute. */
  readonly limitsReached: () => readonly wire.LimitCountInput[];
  /** Returns the time since the last message from the controller, in milliseconds. */
  readonly controllerAgeMs: () => number;
  readonly intervals: () => MessageIntervals;
  readonly clock: Clock;
}

type SentReplica = ReturnType<typeof replicaReportToWire>;
type Report = Omit<Complete<wire.WorkerReportInput>, 'replicas'> & { readonly replicas: readonly SentReplica[] };

interface SentReport {
  readonly report: Report;
  readonly sentAt: number;
}

interface OutgoingMessage {
  readonly message: wire.WorkerMessageInput;
  /** Must be called once the message was sent. */
  readonly sent: () => void;
}

export interface Outbox {
  /** Yields results that are due, then a report or a heartbeat. Each message is created from the current state when it is yielded. */
  pendingMessages(): Generator<OutgoingMessage>;
  /** Sets the sequence number of a report request, which the next reports carry. */
  requestReport(sequence: number): void;
  /** Resets the state for a new session: drops the report request, and sends all results again. */
  forget(): void;
}

/** Time after which a result is sent again while its order is still assigned. */
const resendAfter = 5_000;

export function createOutbox(options: OutboxOptions): Outbox {
  const { replicas, stepRunner, draining, limitsReached, controllerAgeMs, intervals, clock } = options;
  const sentAt = new Map<StepResult, number>();
  let requestedSequence = 0;
  let lastReport: SentReport | undefined;
  const isDue = (result: StepResult): boolean => clock.now() - (sentAt.get(result) ?? -Infinity) >= resendAfter;

  function reportOrHeartbeat(): OutgoingMessage {
    const reports = replicas.reports();
    const report: Report = {
      replicas: reports.map(replicaReportToWire),
      memoryUsedBytes: replicas.memoryUsedBytes,
      draining: draining(),
      measuring: stepRunner.current,
      progress: stepRunner.progress,
      controllerAgeMs: Math.round(controllerAgeMs()),
      reportNowSequence: requestedSequence,
      limitsReached: limitsReached(),
      provisional: replicas.provisional().map(measurementToWire),
      shapes: replicas.shapes().map(observedToWire),
    };
    const isSameState = lastReport !== undefined && sameState(report, lastReport.report);
    const isSame = isSameState && sameValues(report, lastReport?.report, isAge);
    const ageMs = clock.now() - (lastReport?.sentAt ?? -Infinity);
    if (isSameState && !isReportDue(ageMs, intervals(), isSame)) {
      const { controllerAgeMs: ageOfController } = report;
      return {
        message: { message: 'heartbeat', heartbeat: { controllerAgeMs: ageOfController } },
        sent: () => undefined,
      };
    }
    const sent = (): void => {
      lastReport = { report, sentAt: clock.now() };
      replicas.markReported(reports);
    };
    return { message: { message: 'report', report }, sent };
  }

  return {
    *pendingMessages() {
      stepRunner.dropDelivered((result) => sentAt.has(result));
      const { results } = stepRunner;
      for (const known of sentAt.keys()) if (!results.includes(known)) sentAt.delete(known);
      for (const result of results.filter(isDue)) {
        yield { message: messageOf(result), sent: () => sentAt.set(result, clock.now()) };
      }
      yield reportOrHeartbeat();
    },
    requestReport: (sequence) => void (requestedSequence = sequence),
    forget() {
      sentAt.clear();
      requestedSequence = 0;
      lastReport = undefined;
    },
  };
}

/** Times that have passed differ in each report. */
const isAge = (key: string): boolean => key.endsWith('AgeMs');

/** Fields that a controller learns only from a report that is due: counts, memory, queues, shapes, and the age of its last message. */
const unhurried: ReadonlySet<string> = new Set<keyof wire.WorkerReport>([
  'replicas',
  'memoryUsedBytes',
  'controllerAgeMs',
  'shapes',
]);
const isUnhurried = (key: string): boolean => unhurried.has(key);

/** Returns whether two reports contain the same of what a controller must learn immediately. */
const sameState = (a: Report, b: Report): boolean =>
  sameValues(a, b, isUnhurried) &&
  a.replicas.length === b.replicas.length &&
  a.replicas.every((one, index) => sameReplicaState(one, b.replicas[index]));

const sameReplicaState = (a: SentReplica, b: SentReplica | undefined): boolean =>
  b !== undefined &&
  a.replicaId === b.replicaId &&
  a.version === b.version &&
  a.state === b.state &&
  a.reason === b.reason &&
  a.executorDeaths === b.executorDeaths &&
  a.quarantined === b.quarantined &&
  a.poisonousQueries === b.poisonousQueries &&
  a.interfered === b.interfered &&
  a.mixedReason === b.mixedReason;

const messageOf = (result: StepResult): wire.WorkerMessageInput =>
  result.kind === 'outcome'
    ? { message: 'outcome', outcome: recipeOutcomeToWire(result.outcome) }
    : { message: 'measurement', measurement: measurementToWire(result.measurement) };
