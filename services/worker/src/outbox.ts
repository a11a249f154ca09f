// What a worker has to say to its controller now.

import type { Clock, Measurement } from '@pareto/core';
import { measurementToWire, replicaReportToWire, type wire } from '@pareto/rpc';
import type { Measurer } from './measurer.js';
import type { ReplicaSet } from './replica-set.js';

export interface OutboxOptions {
  readonly replicas: ReplicaSet;
  readonly measurer: Measurer;
  readonly draining: () => boolean;
  /** Since the controller was last heard. */
  readonly controllerAgeMs: () => number;
  readonly clock: Clock;
}

interface Letter {
  readonly message: wire.WorkerMessageInput;
  /** To be called once it is on its way. */
  readonly sent: () => void;
}

export interface Outbox {
  /** The most wanted first. What is made of the present state: nothing waits here. */
  letters(): Generator<Letter>;
  /** Nothing of what was sent is known to be heard: it is said again. */
  forget(): void;
}

/** A measurement whose order still stands is sent again. */
const resendAfter = 5_000;

export function createOutbox({ replicas, measurer, draining, controllerAgeMs, clock }: OutboxOptions): Outbox {
  const sentAt = new Map<Measurement, number>();
  const isDue = (measurement: Measurement): boolean =>
    clock.now() - (sentAt.get(measurement) ?? -Infinity) >= resendAfter;

  function report(): Letter {
    const reports = replicas.reports();
    const told = {
      replicas: reports.map(replicaReportToWire),
      memoryUsedBytes: replicas.memoryUsedBytes,
      draining: draining(),
      measuring: measurer.current,
      controllerAgeMs: Math.round(controllerAgeMs()),
    };
    return { message: { message: 'report', report: told }, sent: () => replicas.told(reports) };
  }

  return {
    *letters() {
      measurer.settle((measurement) => sentAt.has(measurement));
      const { results } = measurer;
      for (const known of sentAt.keys()) if (!results.includes(known)) sentAt.delete(known);
      for (const measurement of results.filter(isDue)) {
        const message = { message: 'measurement' as const, measurement: measurementToWire(measurement) };
        yield { message, sent: () => sentAt.set(measurement, clock.now()) };
      }
      yield report();
    },
    forget: () => sentAt.clear(),
  };
}
