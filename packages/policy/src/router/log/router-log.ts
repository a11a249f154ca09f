// The log of a router core: its seed and parameters, and a line for each event with the effects that followed. Each line is a
// value that JSON can represent; a field that is undefined or infinite is null or missing there.

import type { Candidate, RoutingTable, TargetEntry } from '@pareto/core';
import type { DemandEntry } from '../../demand/demand-report.js';
import type { RouterParams } from '../router-core.js';
import type { RouterEffect, RouterEvent } from '../router-event.js';
import type { ArrivedQuery, RouterQuery } from '../router-query.js';
import type { TargetQuery } from '../target-query.js';

/** The first line. */
export interface RouterLogHeader {
  readonly log: 'router';
  readonly version: 2;
  /** Seed of the random numbers. */
  readonly seed: number;
  readonly params: RouterParams;
}

/** A target as it is logged: without what no decision reads, and with the numbers of its candidates. */
export interface LoggedTarget extends Omit<TargetEntry, 'candidates' | 'exclusions' | 'signature' | 'labels'> {
  readonly candidates: readonly number[];
  readonly exclusions: readonly (NonNullable<TargetEntry['exclusions']>[number] | null)[] | undefined;
}

type OfQuery<E> = E extends { readonly query: RouterQuery<unknown> }
  ? Omit<E, 'query'> & { readonly query: number }
  : E;

type EventOf<Kind> = Extract<RouterEvent<unknown>, { readonly kind: Kind }>;

export type LoggedEvent =
  | OfQuery<Exclude<RouterEvent<unknown>, EventOf<'table' | 'resolved'>>>
  | (Omit<EventOf<'table'>, 'table'> & Pick<RoutingTable, 'congestion'> & { readonly candidates: readonly number[] })
  | (Omit<OfQuery<EventOf<'resolved'>>, 'resolved'> & {
      /** Set in the first event of a query. */
      readonly arrived: ArrivedQuery | undefined;
      readonly resolved: Omit<TargetQuery, 'entry'> & { readonly target: number };
    });

/** The facts of an effect that a replay compares. */
export interface LoggedEffect {
  readonly kind: RouterEffect<unknown>['kind'];
  readonly query?: number;
  readonly facts: readonly (string | number | undefined)[];
}

export interface RouterLogLine {
  /** Time of the event, on the clock of the router. */
  readonly at: number;
  /** Candidates and targets that no line before has, by number. */
  readonly candidates?: Readonly<Record<number, Candidate>>;
  readonly targets?: Readonly<Record<number, LoggedTarget>>;
  readonly event: LoggedEvent;
  readonly effects: readonly LoggedEffect[];
}

/** `query` is the number of the effect's query in the log. */
export function logEffect<H>(effect: RouterEffect<H>, query: number | undefined): LoggedEffect {
  const facts = factsOf(effect);
  return query === undefined ? { kind: effect.kind, facts } : { kind: effect.kind, query, facts };
}

function factsOf<H>(effect: RouterEffect<H>): LoggedEffect['facts'] {
  switch (effect.kind) {
    case 'forward': {
      const { sent } = effect.query;
      return [sent?.replica.id, sent?.selection.predictedMs, sent?.selection.waitMs, effect.latencyLeftMs];
    }
    case 'hold':
      return [effect.variant];
    case 'refuse':
      return [
        effect.refusal.cause,
        effect.code,
        effect.objective.latencyMs,
        effect.elapsedMs,
        effect.refusal.soonest?.predictedMs,
      ];
    case 'give-up':
    case 'suspect':
      return [effect.reason];
    case 'resolve':
      return [effect.retryOf];
    case 'answer':
      return [effect.latencyMs, effect.predictedMs];
    case 'report': {
      const { windowMs, entries, limitsReached } = effect.report;
      return [windowMs, JSON.stringify(limitsReached), ...entries.flatMap(countsOf)];
    }
    case 'callable':
    case 'ejected':
      return [effect.replica];
    case 'expire':
    case 'fail':
    case 'late':
      return [];
  }
}

function countsOf(entry: DemandEntry): LoggedEffect['facts'] {
  const { target, offeredItems, requests, items, refused, infeasible, violations, failed, held } = entry;
  const waiting = [...held.values()].reduce((sum, count) => sum + count, 0);
  return [target, offeredItems, requests, items, refused, infeasible, violations, failed, waiting];
}
