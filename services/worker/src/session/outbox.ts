// What a worker has to say to its controller now.

import type { Clock } from '@pareto/core';
import { measurementToWire, recipeOutcomeToWire, replicaReportToWire, type Complete, type wire } from '@pareto/rpc';
import type { StepRunner, StepResult } from './step-runner.js';
import type { ReplicaSet } from '../replicas/replica-set.js';

export interface OutboxOptions {
  readonly replicas: ReplicaSet;
  readonly stepRunner: StepRunner;
  readonly draining: () => boolean;
  /** Since the controller was last heard. */
  readonly controllerAgeMs: () => number;
  readonly clock: Clock;
}

interface OutgoingMessage {
  readonly message: wire.WorkerMessageInput;
  /** To be called once it is on its way. */
  readonly sent: () => void;
}

export interface Outbox {
  /** The most wanted first. What is made of the present state: nothing waits here. */
  pendingMessages(): Generator<OutgoingMessage>;
  /** A report is wanted that says so. */
  requestReport(asked: number): void;
  /** Nothing of what was sent is known to be heard: it is said again, to one who has not asked yet. */
  forget(): void;
}

/** A result whose order still stands is sent again. */
const resendAfter = 5_000;

export function createOutbox({ replicas, stepRunner, draining, controllerAgeMs, clock }: OutboxOptions): Outbox {
  const sentAt = new Map<StepResult, number>();
  let asked = 0;
  const isDue = (result: StepResult): boolean => clock.now() - (sentAt.get(result) ?? -Infinity) >= resendAfter;

  function report(): OutgoingMessage {
    const reports = replicas.reports();
    const report: Complete<wire.WorkerReportInput> = {
      replicas: reports.map(replicaReportToWire),
      memoryUsedBytes: replicas.memoryUsedBytes,
      draining: draining(),
      measuring: stepRunner.current,
      progress: stepRunner.progress,
      controllerAgeMs: Math.round(controllerAgeMs()),
      reportNowSequence: asked,
    };
    return { message: { message: 'report', report }, sent: () => replicas.markReported(reports) };
  }

  return {
    *pendingMessages() {
      stepRunner.dropDelivered((result) => sentAt.has(result));
      const { results } = stepRunner;
      for (const known of sentAt.keys()) if (!results.includes(known)) sentAt.delete(known);
      for (const result of results.filter(isDue)) {
        yield { message: messageOf(result), sent: () => sentAt.set(result, clock.now()) };
      }
      yield report();
    },
    requestReport: (latest) => void (asked = latest),
    forget() {
      sentAt.clear();
      asked = 0;
    },
  };
}

const messageOf = (result: StepResult): wire.WorkerMessageInput =>
  result.kind === 'outcome'
    ? { message: 'outcome', outcome: recipeOutcomeToWire(result.outcome) }
    : { message: 'measurement', measurement: measurementToWire(result.measurement) };
