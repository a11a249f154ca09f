// The worker's side of its session with the controller: reports up, orders down. Without a controller it serves on.

import { errorText, milliseconds, type Clock, type Measurement, type Rng, type WorkerInfo } from '@pareto/core';
import { createClient, measurementToWire, replicaReportToWire, workerInfoToWire, type wire } from '@pareto/rpc';
import { createSession, tokenMetadata, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { ordersFromWire, type Orders } from './assignments.js';
import type { Measurer } from './measurer.js';
import type { ReplicaSet } from './replica-set.js';

export interface ControllerSessionOptions {
  readonly addresses: readonly string[];
  readonly clusterToken: string;
  readonly worker: () => WorkerInfo;
  readonly replicas: ReplicaSet;
  readonly measurer: Measurer;
  readonly draining: () => boolean;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface ControllerSession extends Runnable {
  readonly connected: boolean;
  /** Orders were heard at least once. */
  readonly synced: boolean;
  /** Of the controller spoken to last. */
  readonly address: string | undefined;
  /** Something changed: reports soon rather than at the next turn. */
  hurry(): void;
}

const reportEvery = milliseconds(500);
const hurryAfter = milliseconds(5);
/** A measurement whose order still stands is sent again. */
const resendAfter = 5_000;

export function createControllerSession(options: ControllerSessionOptions): ControllerSession {
  const { replicas, measurer, clock, logger } = options;
  const sentAt = new Map<Measurement, number>();
  let address: string | undefined;
  let synced = false;
  let hurried = false;
  let timer: Disposable | undefined;

  const session = createSession<wire.ControllerMessage, wire.WorkerMessageInput>({
    ...options,
    metadata: tokenMetadata(options.clusterToken),
    open(channel, callOptions) {
      ({ address } = channel);
      return createClient(channel, 'pareto.v1.Fleet').join(callOptions);
    },
    hello() {
      sentAt.clear();
      return { message: 'hello', hello: workerInfoToWire(options.worker()) };
    },
    onMessage({ assignments }) {
      if (assignments === null || assignments === undefined) return;
      apply(assignments);
    },
  });

  function apply(assignments: wire.Assignments): void {
    let orders: Orders;
    try {
      orders = ordersFromWire(assignments);
    } catch (error) {
      return logger.error('orders not understood', { error: errorText(error) });
    }
    synced = true;
    replicas.apply(orders);
    measurer.apply(orders.measures);
    hurry();
  }

  /** What is to be said now, the most wanted first. */
  function* messages(): Generator<wire.WorkerMessageInput> {
    for (const measurement of measurer.results) {
      if (clock.now() - (sentAt.get(measurement) ?? -resendAfter) < resendAfter) continue;
      sentAt.set(measurement, clock.now());
      yield { message: 'measurement', measurement: measurementToWire(measurement) };
    }
    const report = {
      replicas: replicas.reports().map(replicaReportToWire),
      memoryUsedBytes: replicas.memoryUsedBytes,
      draining: options.draining(),
      measuring: measurer.current,
    };
    yield { message: 'report', report };
  }

  async function speak(): Promise<void> {
    for (const message of messages()) {
      if (!session.send(message)) return sentAt.clear();
      await clock.sleep(milliseconds(0));
    }
  }

  function turn(): void {
    timer = clock.after(reportEvery, turn);
    void replicas.refreshMemory().then(speak);
  }

  function hurry(): void {
    if (hurried) return;
    hurried = true;
    clock.after(hurryAfter, () => {
      hurried = false;
      void speak();
    });
  }

  return {
    name: session.name,
    get connected() {
      return session.connected;
    },
    get synced() {
      return synced;
    },
    get address() {
      return address;
    },
    hurry,
    async start(fail) {
      await session.start(fail);
      turn();
    },
    async stop() {
      timer?.[Symbol.dispose]();
      await session.stop();
    },
  };
}
