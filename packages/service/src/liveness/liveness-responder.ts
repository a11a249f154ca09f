// Answers liveness probes from a thread, on the UDP port with the number of the service's TCP port.

import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { errorText, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { countTurns, createTurns, type LivenessThreadData } from './turns.js';

/** The bundle of `liveness-thread.ts`. */
const program = new URL('../../dist/liveness/liveness-thread.js', import.meta.url);

export interface ResponderOptions {
  /** Host name or IP address that the service listens on. */
  readonly host: string;
  readonly port: number;
  readonly incarnation: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Starts to answer probes, until disposed. If the port cannot be used, logs a warning and answers none: then others count the
 * process as unreachable while it is too busy to respond.
 */
export async function startLivenessResponder(options: ResponderOptions): Promise<AsyncDisposable> {
  const { host, port, incarnation, clock, logger } = options;
  const turns = createTurns();
  const { address } = await lookup(host);
  const workerData: LivenessThreadData = { address, port, incarnation, turns };
  // Without the arguments of this process, which may load the sources' compiler.
  const thread = new Worker(program, { workerData, execArgv: [] });
  thread.unref();
  const warn = (error: unknown): void =>
    logger.warn('liveness probes are not answered', { port, error: errorText(error) });
  await once(thread, 'message').catch(warn);
  thread.on('error', warn);
  const counting = countTurns(turns, clock);
  return {
    async [Symbol.asyncDispose]() {
      counting[Symbol.dispose]();
      await thread.terminate();
    },
  };
}
