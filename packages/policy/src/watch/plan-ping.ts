// When a router pings a worker, what a ping shows, and what becomes of the connection.

export interface PingParams {
  /** Pause between a ping and the next one, in ms. It is twice as long while no queries are sent. */
  readonly everyMs: number;
  /** Time without queries after which the pause is longer, in ms. No query waits for the worker then. */
  readonly idleAfterMs: number;
  /** Timeout of a ping, in ms. With the pause, it bounds the time until a worker that died silently is out of use. */
  readonly timeoutMs: number;
  /** Timeout of the second ping, which follows a failed first one immediately, in ms. */
  readonly secondTimeoutMs: number;
  /** Age up to which an answered query shows that the worker is alive, in ms. */
  readonly recentMs: number;
  /** Number of uncertain pings, of a second each, after which the process is not probed: its service hangs or is unreachable. */
  readonly maxUncertain: number;
  /** Time before the timeout at which a worker that has not responded is probed, in ms. */
  readonly probeMs: number;
  /** Number of failed pings after which the link is reopened and its calls are aborted, so that they can be retried. */
  readonly reopenAfterFailed: number;
  /** Number of uncertain pings after which the worker is also pinged over another connection. */
  readonly compareAfter: number;
  /** Time that a worker which responded on another connection has to respond on the link too, in ms. */
  readonly compareMs: number;
  /** Timeout of the ping over another connection, which a busy worker may take long to accept, in ms. */
  readonly elsewhereMs: number;
  /** Age up to which a response or an answer shows that the worker is reached, in ms. */
  readonly reachedMs: number;
}

export const defaultPingParams: PingParams = {
  everyMs: 500,
  idleAfterMs: 10_000,
  timeoutMs: 1_000,
  secondTimeoutMs: 500,
  recentMs: 500,
  maxUncertain: 30,
  probeMs: 300,
  reopenAfterFailed: 2,
  compareAfter: 2,
  compareMs: 500,
  elsewhereMs: 30_000,
  reachedMs: 3_000,
};

/** `uncertain`: the worker has not responded, but it answers queries, or its process is alive. */
export type PingEnd = 'alive' | 'lost' | 'uncertain';

/** Numbers of pings since the last response. */
export interface PingCounts {
  readonly failed: number;
  /** Number of uncertain pings without an answered query. */
  readonly uncertain: number;
}

export const noPings: PingCounts = { failed: 0, uncertain: 0 };

/** `isAnswered` states that a query was answered after the ping was sent. */
export function countPing({ failed, uncertain }: PingCounts, end: PingEnd, isAnswered: boolean): PingCounts {
  switch (end) {
    case 'alive':
      return noPings;
    case 'lost':
      return { failed: failed + 1, uncertain };
    case 'uncertain':
      return { failed, uncertain: isAnswered ? 0 : uncertain + 1 };
  }
}

/** The next ping. */
export interface PlannedPing {
  readonly timeoutMs: number;
  /** Set if the process is probed when the ping times out. */
  readonly probes: boolean;
}

export const planPing = ({ failed, uncertain }: PingCounts, params: PingParams): PlannedPing => ({
  timeoutMs: failed === 1 ? params.secondTimeoutMs : params.timeoutMs,
  probes: uncertain < params.maxUncertain,
});

/** Returns the pause after a ping. `sentAgoMs` is the time since the last query was sent. 0 means none. */
export function planPause(end: PingEnd, { failed }: PingCounts, sentAgoMs: number, params: PingParams): number {
  if (end === 'uncertain' || failed === 1) return 0;
  const { everyMs, idleAfterMs } = params;
  return failed === 0 && sentAgoMs + everyMs > idleAfterMs ? 2 * everyMs : everyMs;
}

/** Returns what a ping that timed out shows. `answeredAgoMs` is the time since the last answered query. */
export const timedOutPing = (isProcessAlive: boolean, answeredAgoMs: number, { recentMs }: PingParams): PingEnd =>
  isProcessAlive || answeredAgoMs < recentMs ? 'uncertain' : 'lost';

/** `compare`: the worker is pinged over another connection, to find out whether only the link is broken. */
export type LinkPlan = 'keep' | 'reopen' | 'compare';

/**
 * Returns what becomes of the link after a ping. Queries of a worker that is only busy stay on it. `respondedAgoMs` is the time since
 * the worker responded on another connection. Undefined if it has not.
 */
export function planLink(
  end: PingEnd,
  { failed, uncertain }: PingCounts,
  respondedAgoMs: number | undefined,
  { reopenAfterFailed, compareAfter, compareMs }: PingParams,
): LinkPlan {
  if (end === 'lost') return failed % reopenAfterFailed === 0 ? 'reopen' : 'keep';
  if (end === 'alive' || uncertain < compareAfter) return 'keep';
  if (uncertain === compareAfter) return 'compare';
  return respondedAgoMs !== undefined && respondedAgoMs >= compareMs ? 'reopen' : 'keep';
}
