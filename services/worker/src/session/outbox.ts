// Messages from a worker to its controller: results of steps, and reports of the current state.

import type { Clock, ReplicaId, ReplicaReport } from '@pareto/core';
import { isReportDue, type MessageIntervals } from '@pareto/policy';
import {
  measurementToWire,
  observedToWire,
  recipeOutcomeToWire,
  replicaReportToWire,
  type Complete,
  type wire,
} from '@pareto/protocol';
import type { StepRunner, StepResult } from './step-runner.js';
import type { ReplicaSet } from '../replicas/replica-set.js';
import { sameValues } from './same-values.js';

export interface OutboxOptions {
  readonly replicas: ReplicaSet;
  readonly stepRunner: StepRunner;
  /** Returns whether the process is shutting down. */
  readonly leaving: () => boolean;
  /** Returns the limits that this worker reached in the last minute. */
  readonly limitsReached: () => readonly wire.LimitCountInput[];
  /** Returns the consequence, reason and advice if processes that handle models share a user id. Empty if none do. */
  readonly userIdShortage: () => string;
  /** Returns the time since the last message from the controller, in milliseconds. */
  readonly controllerAgeMs: () => number;
  readonly intervals: () => MessageIntervals;
  /** Returns whether the controller understands reports with nothing but changes. */
  readonly acceptsChanges: () => boolean;
  readonly clock: Clock;
}

type Report = Complete<wire.WorkerReportInput, 'replicas' | 'onlyChanges' | 'removed'>;

interface SentReport {
  /** The report without its replicas. */
  readonly report: Report;
  readonly replicas: ReadonlyMap<ReplicaId, ReplicaReport>;
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
  const { replicas, stepRunner, leaving, limitsReached, userIdShortage } = options;
  const { controllerAgeMs, intervals, acceptsChanges, clock } = options;
  const sentAt = new Map<StepResult, number>();
  let requestedSequence = 0;
  let lastReport: SentReport | undefined;
  const isDue = (result: StepResult): boolean => clock.now() - (sentAt.get(result) ?? -Infinity) >= resendAfter;

  function reportOrHeartbeat(): OutgoingMessage {
    const before = lastReport;
    const onlyChanges = before !== undefined && acceptsChanges();
    const observed = replicas.observe(!onlyChanges);
    const { finals, provisional, shapes } = observed;
    const reports = [...observed.reports, ...finals];
    const report: Report = {
      memoryUsedBytes: replicas.memoryUsedBytes,
      draining: leaving(),
      measuring: stepRunner.current,
      progress: stepRunner.progress,
      controllerAgeMs: Math.round(controllerAgeMs()),
      reportNowSequence: requestedSequence,
      limitsReached: limitsReached(),
      userIdShortage: userIdShortage(),
      provisional: provisional.map(measurementToWire),
      shapes: shapes.map(observedToWire),
    };
    const changed = reports.filter((one) => !sameValues(one, before?.replicas.get(one.replica), isAge));
    const removed = removedSince(before?.replicas, reports);
    const isSameState =
      before !== undefined &&
      removed.length + finals.length === 0 &&
      changed.every((one) => sameReplicaState(one, before.replicas.get(one.replica))) &&
      sameValues(report, before.report, isUnhurried);
    const isSame = isSameState && changed.length === 0 && sameValues(report, before.report, isAge);
    const ageMs = clock.now() - (before?.sentAt ?? -Infinity);
    if (isSameState && !isReportDue(ageMs, intervals(), isSame)) {
      const { controllerAgeMs: ageOfController } = report;
      return {
        message: { message: 'heartbeat', heartbeat: { controllerAgeMs: ageOfController } },
        sent: () => undefined,
      };
    }
    const sent = (): void => {
      const known = new Map(reports.map((one) => [one.replica, one]));
      lastReport = { report, replicas: known, sentAt: clock.now() };
      replicas.markReported(observed);
    };
    const listed = onlyChanges ? changed : reports;
    const parts = { replicas: listed.map(replicaReportToWire), onlyChanges, removed: onlyChanges ? removed : [] };
    return { message: { message: 'report', report: { ...report, ...parts } }, sent };
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

/** Fields that a controller learns only from a report that is due: memory, shapes, and the age of its last message. */
const unhurried: ReadonlySet<string> = new Set<keyof wire.WorkerReport>([
  'memoryUsedBytes',
  'controllerAgeMs',
  'shapes',
]);
const isUnhurried = (key: string): boolean => unhurried.has(key);

/** Returns the ids of the replicas that are not among the reports. */
function removedSince(
  before: ReadonlyMap<ReplicaId, ReplicaReport> | undefined,
  reports: readonly ReplicaReport[],
): readonly ReplicaId[] {
  const gone = new Set(before?.keys());
  for (const { replica } of reports) gone.delete(replica);
  return [...gone];
}

/** Returns whether two reports contain the same of what a controller must learn immediately, which is all but counts, memory and queues. */
const sameReplicaState = (a: ReplicaReport, b: ReplicaReport | undefined): boolean =>
  b !== undefined &&
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
