// The worker's session with the controller: sends reports and receives assignments. Replicas keep serving without a
// controller.

import { errorText, milliseconds, type Clock, type Milliseconds, type Rng, type WorkerInfo } from '@pareto/core';
import type { MessageIntervals } from '@pareto/policy';
import { workerInfoToWire, type wire } from '@pareto/protocol';
import { createClient } from '@pareto/rpc';
import { createSession, type Access, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { createDesiredStateReader, type DesiredState } from '../orders/desired-state.js';
import { createOutbox, type OutboxOptions } from './outbox.js';
import { pace } from './pace.js';

export interface ControllerSessionOptions extends Omit<
  OutboxOptions,
  'controllerAgeMs' | 'intervals' | 'acceptsChanges'
> {
  readonly addresses: readonly string[];
  readonly access: Access;
  readonly worker: () => WorkerInfo;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface ControllerSession extends Runnable {
  readonly connected: boolean;
  /** Set once assignments were received. */
  readonly synced: boolean;
  /** host:port of the controller that responded last. */
  readonly address: string | undefined;
  /** Time since the last message from a controller, or since the start if there was none. */
  readonly ageMs: Milliseconds;
  /** Reason why no controller is connected. Undefined while one is. */
  readonly problem: string | undefined;
  /** Sends a report soon, instead of at the next interval. */
  sendSoon(): void;
}

/** Intervals with a controller that names none: each message is a report. */
const defaultIntervals: MessageIntervals = { messageMs: milliseconds(500), reportMs: milliseconds(0) };
/** Share of the interval after which a heartbeat of the controller lets this worker send its message: both need one wake-up. */
const dueShare = 0.75;
/** Share of the interval after which it sends one without a heartbeat. */
const overdueShare = 1.1;
/** Time to let a message leave before the departure is sent again. */
const flushMs = milliseconds(50);
/** Maximum time for which a departing worker waits until the controller has read its last message, and ends the stream. */
const departureMs = milliseconds(1_000);

export function createControllerSession(options: ControllerSessionOptions): ControllerSession {
  const { replicas, stepRunner, clock } = options;
  const outbox = createOutbox({
    ...options,
    controllerAgeMs: () => session.ageMs,
    intervals: () => intervals,
    acceptsChanges: () => acceptsChanges,
  });
  let readAssignments = createDesiredStateReader();
  const sendSoon = pace(sendPending, clock);
  let synced = false;
  let intervals = defaultIntervals;
  /** Set if the controller understands reports with nothing but changes. */
  let acceptsChanges = false;
  /** Timer of the next regular message. Undefined while none are sent. */
  let timer: Disposable | undefined;
  let sentRegularlyAt = clock.now();

  const session = createSession<wire.ControllerMessage, wire.WorkerMessageInput>({
    ...options,
    target: 'leader',
    channel: options.access.channel('controller'),
    open: (channel, callOptions) => createClient(channel, 'pareto.v1.Fleet').join(callOptions),
    hello() {
      outbox.forget();
      acceptsChanges = false;
      readAssignments = createDesiredStateReader();
      return { message: 'hello', hello: { ...workerInfoToWire(options.worker()), acceptsChanges: true } };
    },
    onMessage({ assignments, reportNow, heartbeat }) {
      if (heartbeat) applyHeartbeat(heartbeat);
      const desired = assignments && readDesiredState(assignments);
      if (desired) applyDesiredState(desired);
      if (reportNow) outbox.requestReport(reportNow.sequence);
      if (reportNow) sendSoon();
      if (timer && heartbeat && clock.now() - sentRegularlyAt >= dueShare * intervals.messageMs) sendRegularly();
    },
  });

  function applyHeartbeat({ messageIntervalMs, reportIntervalMs, ...heartbeat }: wire.Heartbeat): void {
    ({ acceptsChanges } = heartbeat);
    const given = { messageMs: milliseconds(messageIntervalMs), reportMs: milliseconds(reportIntervalMs) };
    intervals = messageIntervalMs === 0 ? defaultIntervals : given;
  }

  /** Returns undefined, and logs the error, if the assignments contain values that this worker does not support. */
  function readDesiredState(assignments: wire.Assignments): DesiredState | undefined {
    try {
      return readAssignments(assignments);
    } catch (error) {
      options.logger.error('invalid assignments received', { error: errorText(error) });
      return undefined;
    }
  }

  function applyDesiredState(desired: DesiredState): void {
    synced = true;
    replicas.apply(desired);
    stepRunner.apply(desired);
    sendSoon();
  }

  /** Returns the time that it took to create and send the messages. */
  async function sendPending(): Promise<number> {
    let busyMs = 0;
    if (!session.connected) return busyMs;
    let since = clock.now();
    const pause = async (): Promise<void> => {
      busyMs += clock.now() - since;
      await clock.sleep(milliseconds(0));
      since = clock.now();
    };
    for (const { message, sent } of outbox.pendingMessages()) {
      if (!session.send(message)) break;
      sent();
      // The session rejects a message while the previous one is being written. The next one is created afterwards, since it may be
      // sent by another round meanwhile.
      await pause();
    }
    return busyMs + clock.now() - since;
  }

  const reportDeparture = (): boolean => session.send({ message: 'departure', departure: {} });

  function sendRegularly(): void {
    timer?.[Symbol.dispose]();
    timer = clock.after(milliseconds(overdueShare * intervals.messageMs), sendRegularly);
    sentRegularlyAt = clock.now();
    replicas.refreshMemory();
    void sendPending();
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
      return session.address;
    },
    get ageMs() {
      return session.ageMs;
    },
    get problem() {
      return session.problem;
    },
    sendSoon,
    async start(fail) {
      await session.start(fail);
      sendRegularly();
    },
    async stop() {
      timer?.[Symbol.dispose]();
      timer = undefined;
      if (session.connected) {
        await sendPending();
        // The session rejects the message while the previous one is being written.
        let isSent = reportDeparture();
        if (!isSent) {
          await clock.sleep(flushMs);
          isSent = reportDeparture();
        }
        if (isSent) await session.finish(departureMs);
      }
      await session.stop();
    },
  };
}
