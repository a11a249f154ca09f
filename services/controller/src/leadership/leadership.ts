// Whether this controller leads, and every write of a leader: fenced, counted, and readable in the mirror once it returns.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { notLeaderError } from '@pareto/rpc';
import type { Compare, Election, Leadership, Operation, Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import { createBackoff, maxPauseMs } from '../loops/backoff.js';
import type { Mirror } from '../storage/mirror.js';
import { electedLeader, leadsBy } from './election-candidates.js';
import { writeFenced } from './fenced-write.js';

/** One time of leading. */
export interface Term {
  readonly since: Milliseconds;
  /** Aborts when this controller leads no more, with the reason. */
  readonly lost: AbortSignal;
}

export interface Leader {
  /** Undefined: this controller does not lead. */
  readonly term: Term | undefined;
  /** The address of another controller that leads now, as far as the store can tell. */
  readonly elsewhere: string | undefined;
  /** Campaigns until the signal aborts, then resigns. `address` is where others find this controller. */
  run(address: string, signal: AbortSignal): Promise<void>;
  /** Throws what `refusal` tells unless this controller leads. */
  require(): Term;
  /**
   * Why this controller can't write: `failed-precondition` with the leader's address in `pareto-leader`; `unavailable` when
   * nobody leads (`pareto-leader` is empty then), or when the store is silent.
   */
  notLeaderError(): ParetoError;
  /**
   * Writes as the leader, and waits until the mirror shows it. False when a compare failed; the mirror then shows what was
   * in the way. Throws `refusal` when this controller leads no more.
   */
  write(compares: readonly Compare[], operations: readonly Operation[]): Promise<boolean>;
  /** Ends the term, and stands again. */
  stepDown(reason: string): void;
  /** Called when a term has begun or ended. */
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

/** A store that is silent for longer can't have kept anybody's lease: nobody is known to lead. */
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

  const lead = async (address: string, signal: AbortSignal): Promise<void> => {
    const leadership = await election.campaign(address, signal);
    try {
      // What an earlier leader wrote is known here before this one acts: it comes before the end of that one's candidacy.
      await mirror.shows((records) => leadsBy(records, leadership.fence));
      const active = beginTerm(leadership, signal, clock.now());
      logger.info('leading', { address });
      setCurrent(active);
      endWithCandidacy();
      await aborted(active.term.lost);
      logger.info('leading no more', { reason: (active.term.lost.reason as Error).message });
    } finally {
      if (current !== undefined) setCurrent(undefined);
      // A lease that can't be ended now ends by itself.
      const resigned = leadership.resign().catch((error: unknown) => logger.debug('not resigned', { error }));
      if (signal.aborted) await resigned;
    }
  };

  const endWithCandidacy = (): void => {
    if (current === undefined || leadsBy(mirror.records, current.leadership.fence)) return;
    current.end('its candidacy is no longer in the store');
  };

  const elsewhere = (): string | undefined => {
    const leader = store.silentMs > unresponsiveMs ? undefined : electedLeader(mirror.records);
    return leader === own ? undefined : leader;
  };

  const leaderError = (): ParetoError => {
    if (store.silentMs > unresponsiveMs) return unresponsiveError(store.silentMs);
    return notLeaderError(elsewhere(), 'nothing was written; try again in a moment');
  };

  mirror.onChange((kinds) => {
    if (kinds.has('candidates')) endWithCandidacy();
  });

  return {
    get term() {
      return current?.term;
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
      if (current === undefined) throw leaderError();
      return current.term;
    },
    notLeaderError: leaderError,
    async write(compares, operations) {
      if (current === undefined) throw leaderError();
      const { leadership, end } = current;
      const outcome = await writeFenced(options, leadership.fence, compares, operations);
      if (outcome !== 'not-leading') return outcome === 'committed';
      end('the store knows another leader');
      throw leaderError();
    },
    stepDown: (reason) => current?.end(reason),
    onChange: (listener) => void listeners.push(listener),
  };
}

function beginTerm(leadership: Leadership, signal: AbortSignal, since: Milliseconds): ActiveLeadership {
  const ended = new AbortController();
  const end = (reason: string): void => ended.abort(new ParetoError('aborted', reason));
  const lost = AbortSignal.any([signal, leadership.lost, ended.signal]);
  return { leadership, end, term: { since, lost } };
}

const unresponsiveError = (forMs: number): ParetoError =>
  new ParetoError(
    'unavailable',
    `the store has not answered for ${Math.round(forMs / 1000)} s: nothing was written; try again when it is back`,
  );

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
