// Answers liveness probes from a thread, on the UDP port with the number of the service's TCP port.

import { lookup } from 'node:dns/promises';
import { Worker } from 'node:worker_threads';
import { errorText, milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { countTurns, createTurns, type LivenessThreadData } from './turns.js';

/** The bundle of `liveness-thread.ts`. */
const defaultProgram = new URL('../../dist/liveness/liveness-thread.cjs', import.meta.url);

export interface ResponderOptions {
  /** Host name or IP address that the service listens on. */
  readonly host: string;
  readonly port: number;
  readonly incarnation: string;
  /** Program of the thread. The default is the one that answers probes. */
  readonly program?: URL;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pause before a thread that ended is started again. It doubles each time. */
const firstPauseMs = 1_000;
const maxPauseMs = 600_000;

/**
 * Starts to answer probes, until disposed. While the port cannot be used, logs warnings and answers none: then others count the
 * process as unreachable while it is too busy to respond.
 */
export async function startLivenessResponder(options: ResponderOptions): Promise<AsyncDisposable> {
  const { host, port, incarnation, program = defaultProgram, clock, logger } = options;
  const turns = createTurns();
  const { address } = await lookup(host);
  const workerData: LivenessThreadData = { address, port, incarnation, turns };
  let isDisposed = false;
  let restart: Disposable | undefined;

  const start = (pauseMs: number): Worker => {
    // Without the arguments of this process, which may load the sources' compiler.
    const started = new Worker(program, { workerData, execArgv: [] });
    started.unref();
    let error: unknown;
    started.on('error', (reason) => (error = reason));
    started.on('exit', (code) => {
      if (isDisposed) return;
      const reason = error === undefined ? `its thread ended with code ${code}` : errorText(error);
      logger.warn('liveness probes are not answered', { port, error: reason, restartMs: pauseMs });
      restart = clock.after(milliseconds(pauseMs), () => (thread = start(Math.min(2 * pauseMs, maxPauseMs))));
    });
    return started;
  };
  let thread = start(firstPauseMs);
  await new Promise((resolve) => thread.once('message', resolve).once('exit', resolve));
  const counting = countTurns(turns, clock);
  return {
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      restart?.[Symbol.dispose]();
      counting[Symbol.dispose]();
      await thread.terminate();
    },
  };
}
