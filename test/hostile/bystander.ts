// A well-behaved client that sends queries while an attack runs.

import { smallModel } from './target.js';
import { type Connection, type Query } from './transports.js';

export interface BystanderReport {
  readonly sent: number;
  readonly failures: readonly string[];
  /** Time of each answer in ms. */
  readonly times: readonly number[];
}

export interface Bystander {
  /** Resolves after its first query. Until then, its connection could be that of an attacker. */
  readonly started: Promise<void>;
  /** Stops after the query in flight, and after at least `minQueries` queries. */
  stop(): Promise<BystanderReport>;
}

export const goodQuery: Query = {
  model: smallModel,
  // Tests count failures and do not measure times.
  headers: { 'x-pareto-latency-ms': '30000' },
  input: { name: 'x', datatype: 'FP32', shape: [1, 4], values: [1, 2, 3, 4] },
};

const pauseMs = 20;
const maxFailures = 10;
/** A client's deadline. Queries of the small model take a few ms. */
const timeoutMs = 10_000;

/** Sends one query after the other on the connection, whose owner closes it. */
export function startBystander(connection: Connection, minQueries: number): Bystander {
  const failures: string[] = [];
  const times: number[] = [];
  let [sent, stopping] = [0, false];
  const sendOne = async (): Promise<void> => {
    sent += 1;
    const from = performance.now();
    const { status, message } = await connection.infer(goodQuery, timeoutMs);
    if (status === 'OK' || status === '200') times.push(performance.now() - from);
    else failures.push(`${status}: ${message}`.slice(0, 300));
  };
  const started = sendOne();
  const run = async (): Promise<void> => {
    await started;
    while ((!stopping || sent < minQueries) && failures.length < maxFailures) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await sendOne();
    }
  };
  const running = run();
  return {
    started,
    async stop() {
      stopping = true;
      await running;
      return { sent, failures, times };
    },
  };
}
