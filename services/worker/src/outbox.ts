// What a worker has to say to its controller now.

import type { Clock, Measurement } from '@pareto/core';
import { measurementToWire, replicaReportToWire, type wire } from '@pareto/rpc';
import type { Measurer } from './measurer.js';
import type { ReplicaSet } from './replica-set.js';

export interface OutboxOptions {
  readonly replicas: ReplicaSet;
  readonly measurer: Measurer;
  readonly draining: () => boolean;
  readonly clock: Clock;
}

export interface Outbox {
  /** The most wanted first. */
  messages(): Generator<wire.WorkerMessageInput>;
  /** Nothing of what was said was heard: it is said again. */
  forget(): void;
}

/** A measurement whose order still stands is sent again. */
const resendAfter = 5_000;

export function createOutbox({ replicas, measurer, draining, clock }: OutboxOptions): Outbox {
  const sentAt = new Map<Measurement, number>();
  const isDue = (measurement: Measurement): boolean =>
    clock.now() - (sentAt.get(measurement) ?? -Infinity) >= resendAfter;
  return {
    *messages() {
      const { results } = measurer;
      for (const known of sentAt.keys()) if (!results.includes(known)) sentAt.delete(known);
      for (const measurement of results.filter(isDue)) {
        sentAt.set(measurement, clock.now());
        yield { message: 'measurement', measurement: measurementToWire(measurement) };
      }
      const report = {
        replicas: replicas.reports().map(replicaReportToWire),
        memoryUsedBytes: replicas.memoryUsedBytes,
        draining: draining(),
        measuring: measurer.current,
      };
      yield { message: 'report', report };
    },
    forget: () => sentAt.clear(),
  };
}
