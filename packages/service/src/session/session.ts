// A long-lived stream to the leading controller, or to any controller, which is reopened whenever it ends.

import { milliseconds, ParetoError, type Milliseconds, type Rng } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import {
  firstAttempt,
  firstMessageMs,
  nextAttempt,
  pauseMs,
  type Attempt,
  type StreamOutcome,
  type ControllerTarget,
} from './attempt.js';
import { openConnection, type Connection, type ConnectionOptions } from './connection.js';
import { createControllerWait } from './controller-wait.js';
import type { Runnable } from '../lifecycle/run-group.js';

export interface SessionOptions<In, Out> extends ConnectionOptions<In, Out> {
  /** host:port of the controllers. */
  readonly addresses: readonly string[];
  readonly target: ControllerTarget;
  /** Returns the first message of a connection. */
  readonly hello: (attempt: Pick<Attempt, 'acceptFollower'>) => Out;
  readonly onMessage: (message: In) => void;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface Session<Out> extends Runnable {
  /** Set once a controller has sent a message on the current stream. */
  readonly connected: boolean;
  /** host:port of the controller that sent the last message. */
  readonly address: string | undefined;
  /** Time since the last message of a controller, or since the start if there was none. */
  readonly ageMs: Milliseconds;
  /** Reason why no controller is connected. Undefined while one is. */
  readonly problem: string | undefined;
  /** Sends on the current stream. Returns false if there is none, or if the previous message is still being written. */
  send(message: Out): boolean;
  /** Waits until the controller ends the stream, for at most `ms`. No other stream is opened afterwards. */
  finish(ms: Milliseconds): Promise<void>;
}

export function createSession<In, Out>(options: SessionOptions<In, Out>): Session<Out> {
  const { clock, addresses, rng } = options;
  const stopping = new AbortController();
  let isFinishing = false;
  const isStopping = (): boolean => isFinishing || stopping.signal.aborted;
  const wait = createControllerWait(clock, options.logger);
  let current: Connection<In, Out> | undefined;
  let address: string | undefined;
  let connectedAt: Milliseconds | undefined;
  let lastMessageAt = clock.now();
  let running = Promise.resolve();

  function receive(from: string, message: In): void {
    lastMessageAt = clock.now();
    if (connectedAt === undefined) wait.found(from);
    connectedAt ??= lastMessageAt;
    address = from;
    options.onMessage(message);
  }

  async function connectOnce(attempt: Attempt): Promise<StreamOutcome> {
    const opened = { address: attempt.address, firstMessageMs: firstMessageMs(attempt) };
    const connection = openConnection(options, opened, stopping.signal);
    const connectedMs = (): number | undefined => connectedAt && clock.now() - connectedAt;
    current = connection;
    try {
      connection.send(options.hello(attempt));
      for await (const message of connection.messages) receive(attempt.address, message);
      return { connectedMs: connectedMs(), error: undefined };
    } catch (error) {
      return { connectedMs: connectedMs(), error };
    } finally {
      current = undefined;
      connectedAt = undefined;
      connection.close();
    }
  }

  async function run(): Promise<void> {
    for (let attempt = firstAttempt(addresses, rng); !isStopping();) {
      const outcome = await connectOnce(attempt);
      if (isStopping()) return;
      const next = nextAttempt(addresses, attempt, outcome, options.target);
      if (!next.isImmediate) wait.failed(attempt.address, outcome.error);
      attempt = next;
      await clock.sleep(pauseMs(attempt, rng), stopping.signal).catch(() => {});
    }
  }

  return {
    name: 'controller session',
    get connected() {
      return connectedAt !== undefined;
    },
    get address() {
      return address;
    },
    get ageMs() {
      return milliseconds(clock.now() - lastMessageAt);
    },
    get problem() {
      return wait.problem;
    },
    send: (message) => connectedAt !== undefined && (current?.send(message) ?? false),
    async start(fail) {
      lastMessageAt = clock.now();
      running = run().catch(fail);
    },
    async finish(ms) {
      isFinishing = true;
      const finished = new AbortController();
      const timeout = clock.sleep(ms, finished.signal).catch(() => undefined);
      await Promise.race([running, timeout]);
      finished.abort();
    },
    stop: async () => {
      stopping.abort(new ParetoError('cancelled', 'the service is stopping'));
      await running;
    },
  };
}
