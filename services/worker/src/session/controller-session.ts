// The worker's side of its session with the controller: reports up, orders down. Without a controller it serves on.

import { errorText, milliseconds, type Clock, type Milliseconds, type Rng, type WorkerInfo } from '@pareto/core';
import { createClient, workerInfoToWire, type wire } from '@pareto/rpc';
import { createSession, type Access, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { desiredStateFromWire, type DesiredState } from '../orders/desired-state.js';
import { createOutbox, type OutboxOptions } from './outbox.js';

export interface ControllerSessionOptions extends Omit<OutboxOptions, 'controllerAgeMs'> {
  readonly addresses: readonly string[];
  readonly access: Access;
  readonly worker: () => WorkerInfo;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface ControllerSession extends Runnable {
  readonly connected: boolean;
  /** Orders were heard at least once. */
  readonly synced: boolean;
  /** host:port of the controller heard last. */
  readonly address: string | undefined;
  /** Since a controller was last heard; since the start when none was. */
  readonly ageMs: Milliseconds;
  /** Why no controller answers now; undefined while one does. */
  readonly problem: string | undefined;
  /** Something changed: reports soon rather than at the next turn. */
  sendSoon(): void;
}

const reportEvery = milliseconds(500);
const debounceDelay = milliseconds(5);
/** What was said last is on its way before the stream is cut off. */
const farewellMs = milliseconds(50);

export function createControllerSession(options: ControllerSessionOptions): ControllerSession {
  const { replicas, stepRunner, clock } = options;
  const outbox = createOutbox({ ...options, controllerAgeMs: () => session.ageMs });
  const sendSoon = debounce(() => void sendPending(), clock);
  let synced = false;
  let timer: Disposable | undefined;

  const session = createSession<wire.ControllerMessage, wire.WorkerMessageInput>({
    ...options,
    target: 'leader',
    channel: options.access.channel('controller'),
    open: (channel, callOptions) => createClient(channel, 'pareto.v1.Fleet').join(callOptions),
    hello() {
      outbox.forget();
      return { message: 'hello', hello: workerInfoToWire(options.worker()) };
    },
    onMessage({ assignments, reportNow }) {
      const desired = assignments && readDesiredState(assignments, options.logger);
      if (desired) applyDesiredState(desired);
      if (reportNow) outbox.requestReport(reportNow.sequence);
      if (reportNow) sendSoon();
    },
  });

  function applyDesiredState(desired: DesiredState): void {
    synced = true;
    replicas.apply(desired);
    stepRunner.apply(desired);
    sendSoon();
  }

  async function sendPending(): Promise<void> {
    if (!session.connected) return;
    for (const { message, sent } of outbox.pendingMessages()) {
      if (!session.send(message)) return;
      sent();
      await clock.sleep(milliseconds(0));
    }
  }

  function sendRegularly(): void {
    timer = clock.after(reportEvery, sendRegularly);
    void replicas.refreshMemory().then(sendPending);
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
      if (session.connected) {
        await sendPending();
        await clock.sleep(farewellMs);
      }
      await session.stop();
    },
  };
}

/** What is wanted several times within a moment happens once, at its end. */
function debounce(act: () => void, clock: Clock): () => void {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    clock.after(debounceDelay, () => {
      isScheduled = false;
      act();
    });
  };
}

/** Undefined when the controller speaks of what this worker does not know. */
function readDesiredState(assignments: wire.Assignments, logger: Logger): DesiredState | undefined {
  try {
    return desiredStateFromWire(assignments);
  } catch (error) {
    logger.error('orders not understood', { error: errorText(error) });
    return undefined;
  }
}
