// A long stream to whichever controller answers, opened again whenever it ends.

import { ParetoError, type Milliseconds, type Rng } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { firstAttempt, nextAttempt, pauseMs, type Outcome } from './attempt.js';
import { openConnection, type Connection, type ConnectionOptions } from './connection.js';
import type { Runnable } from './run-group.js';

export interface SessionOptions<In, Out> extends ConnectionOptions<In, Out> {
  /** host:port of the controllers, tried in turn. */
  readonly addresses: readonly string[];
  /** The first message of every connection. */
  readonly hello: () => Out;
  readonly onMessage: (message: In) => void;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface Session<Out> extends Runnable {
  /** A controller has answered on the present stream. */
  readonly connected: boolean;
  /** When a controller was last heard, by the clock; undefined: never. */
  readonly lastHeardAt: Milliseconds | undefined;
  /** Sends on the present stream. False when there is none, or it has no room: send anew later. */
  send(message: Out): boolean;
}

export function createSession<In, Out>(options: SessionOptions<In, Out>): Session<Out> {
  const { clock, logger } = options;
  const stopping = new AbortController();
  let current: Connection<In, Out> | undefined;
  let connected = false;
  let lastHeardAt: Milliseconds | undefined;
  let running = Promise.resolve();

  function hear(address: string, message: In): void {
    if (!connected) logger.info('controller connected', { address });
    connected = true;
    lastHeardAt = clock.now();
    options.onMessage(message);
  }

  async function connectOnce(address: string): Promise<Outcome> {
    const connection = openConnection(options, address, stopping.signal);
    current = connection;
    try {
      connection.send(options.hello());
      for await (const message of connection.messages) hear(address, message);
      return { heard: connected, error: undefined };
    } catch (error) {
      return { heard: connected, error };
    } finally {
      current = undefined;
      connected = false;
      connection.close();
    }
  }

  async function run(): Promise<void> {
    let attempt = firstAttempt(options.addresses);
    for (;;) {
      const outcome = await connectOnce(attempt.address);
      if (stopping.signal.aborted) return;
      if (outcome.heard || attempt.failures === 0) {
        logger.warn('no controller', { address: attempt.address, error: outcome.error });
      }
      attempt = nextAttempt(options.addresses, attempt, outcome);
      await clock.sleep(pauseMs(attempt.failures, options.rng), stopping.signal).catch(() => {});
    }
  }

  return {
    name: 'controller session',
    get connected() {
      return connected;
    },
    get lastHeardAt() {
      return lastHeardAt;
    },
    send: (message) => current?.send(message) ?? false,
    start: async (fail) => void (running = run().catch(fail)),
    stop: async () => {
      stopping.abort(new ParetoError('cancelled', 'the service stops'));
      await running;
    },
  };
}
