// Takes part in the election (`createElection` of `@pareto/state`), and writes to the store as the leader. Every write
// is fenced by the candidacy, counted, and readable in the mirror when it returns.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { notLeaderError } from '@pareto/rpc';
import { lossError, type Compare, type Election, type Leadership, type Operation, type Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import { createBackoff, maxPauseMs } from '../loops/backoff.js';
import type { Mirror } from '../storage/mirror.js';
import { electedLeader, leadsBy } from './election-candidates.js';
import { writeFenced } from './fenced-write.js';

/** A period in which this controller leads without interruption. */
export interface Term {
  readonly since: Milliseconds;
  /** Aborts with the reason when the term ends. */
  readonly lost: AbortSignal;
}

export interface Leader {
  /** The current term. Undefined if this controller does not lead. */
  readonly term: Term | undefined;
  /**
   * Address of another controller that leads, according to the mirror. Undefined if there is none or the store is
   * unresponsive.
   */
  readonly elsewhere: string | undefined;
  /** Campaigns until the signal aborts, then resigns. `address` is where this controller is reachable. */
  run(address: string, signal: AbortSignal): Promise<void>;
  /** Returns the current term. Throws `notLeaderError()` if this controller does not lead. */
  require(): Term;
  /**
   * Creates the error of a controller that can't write because it does not lead: `failed-precondition` with the
   * leader's address in `pareto-leader`, or `unavailable` if no controller leads (`pareto-leader` is empty then) or the
   * store is unresponsive.
   */
  notLeaderError(): ParetoError;
  /**
   * Writes as the leader, and waits until the mirror shows the write. Returns false if a compare failed; the mirror
   * then shows the conflicting records. Throws `notLeaderError()` if this controller does not lead.
   */
  write(compares: readonly Compare[], operations: readonly Operation[]): Promise<boolean>;
  /** Ends the term and starts a new campaign. */
  stepDown(reason: string): void;
  /** Adds a listener that is called when a term begins or ends. */
  onChange(listener: () => void): void;
}

export interface LeaderOptions {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly election: Election;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

/** Time without a response of the store after which every lease may have expired, so that no leader is known. */
const unresponsiveMs = 3_000;

interface ActiveLeadership {
  readonly leadership: Leadership;
  readonly term: Term;
  readonly end: (reason: string) => void;
}

export function createLeader(options: LeaderOptions): Leader {
  const { store, mirror, election, clock, logger, metrics } = options;
  const backoff = createBackoff(clock);
  const listeners: (() => void)[] = [];
  let own: string | undefined;
  let current: ActiveLeadership | undefined;

  const setCurrent = (active: ActiveLeadership | undefined): void => {
    current = active;
    metrics.leader.set(active === undefined ? 0 : 1);
    for (const listener of listeners) listener();
  };

  /** Returns the leadership, unless its lease has ended. A timer that ends the term may be late. */
  const active = (): ActiveLeadership | undefined => (current?.leadership.isHeld() === true ? current : undefined);

  const lead = async (address: string, signal: AbortSignal): Promise<void> => {
    const leadership = await election.campaign(address, signal);
    try {
      // The mirror then also shows all writes of the previous leader: they precede the end of its candidacy.
      await mirror.shows((records) => leadsBy(records, leadership.fence));
      const begun = beginTerm(leadership, signal, clock.now());
      logger.info('leadership acquired', { address });
      setCurrent(begun);
      endWithCandidacy();
      await aborted(begun.term.lost);
      const level = signal.aborted ? 'info' : 'warn';
      logger[level]('leadership lost', { reason: (begun.term.lost.reason as Error).message });
    } finally {
      if (current !== undefined) setCurrent(undefined);
      // If this fails, the lease expires.
      const resigned = leadership.resign().catch((error: unknown) => logger.debug('resignation failed', { error }));
      if (signal.aborted) await resigned;
    }
  };

  const endWithCandidacy = (): void => {
    if (current === undefined || leadsBy(mirror.records, current.leadership.fence)) return;
    current.end('the candidacy of this controller is no longer in the store');
  };

  const elsewhere = (): string | undefined => {
    const leader = store.ageMs > unresponsiveMs ? undefined : electedLeader(mirror.records);
    return leader === own ? undefined : leader;
  };

  const leaderError = (): ParetoError => {
    if (store.loss !== undefined) return lossError(store.loss);
    if (store.ageMs > unresponsiveMs) return unresponsiveError(store.ageMs);
    return notLeaderError(elsewhere(), 'nothing was written; retry in a moment');
  };

  mirror.onChange((kinds) => {
    if (kinds.has('candidates')) endWithCandidacy();
  });

  return {
    get term() {
      return active()?.term;
    },
    get elsewhere() {
      return elsewhere();
    },
    async run(address, signal) {
      own = address;
      while (!signal.aborted) {
        const startedAt = clock.now();
        await lead(address, signal).catch((error: unknown) => {
          if (!signal.aborted) logger.warn('campaign failed', { error });
        });
        if (clock.now() - startedAt < maxPauseMs) await backoff.pause(signal);
        else backoff.reset();
      }
    },
    require() {
      const { term } = active() ?? {};
      if (term === undefined) throw leaderError();
      return term;
    },
    notLeaderError: leaderError,
    async write(compares, operations) {
      const leading = active();
      if (leading === undefined) throw leaderError();
      const outcome = await writeFenced(options, leading.leadership.fence, compares, operations);
      if (outcome !== 'not-leading') return outcome === 'committed';
      leading.end('the store has another leader');
      throw leaderError();
    },
    stepDown: (reason) => current?.end(reason),
    onChange: (listener) => void listeners.push(listener),
  };
}

function beginTerm(leadership: Leadership, signal: AbortSignal, since: Milliseconds): ActiveLeadership {
  const ended = new AbortController();
  const end = (reason: string): void => {
    // If the lease has expired, that is the cause, and this abort follows from it.
    if (leadership.isHeld()) ended.abort(new ParetoError('aborted', reason));
  };
  const lost = AbortSignal.any([signal, leadership.lost, ended.signal]);
  return { leadership, end, term: { since, lost } };
}

const unresponsiveError = (forMs: number): ParetoError =>
  new ParetoError(
    'unavailable',
    `the store has not responded for ${Math.round(forMs / 1000)} s: nothing was written; retry when it is available again`,
  );

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
