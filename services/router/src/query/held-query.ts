// One query that is held: it counts as demand for the variant that it waits for.

import type { VariantId } from '@pareto/core';
import type { Decision } from '@pareto/policy';
import type { DemandRecorder } from '../demand/demand-recorder.js';
import { remainingMs, type ClientQuery, type ResolvedQuery } from '../resolve/resolve.js';
import type { Hold } from './holds.js';
import type { RouterCore } from './router-core.js';

/** A decision, with the query as it was resolved for it. */
export type Decided = Decision & { readonly resolved: ResolvedQuery };
type Settled = Exclude<Decided, { kind: 'hold' }>;

export interface HeldQuery extends Disposable {
  /**
   * Waits for the variant until a decision ends the wait. `selectAgain` decides on the query with the current table. Without
   * time for it on a replica that is loaded meanwhile, the query stays held.
   */
  wait(variant: VariantId, resolved: ResolvedQuery, selectAgain: () => Decided): Promise<Settled>;
}

type HeldQueryDeps = Pick<RouterCore, 'holds' | 'clock'> & { readonly demand: Pick<DemandRecorder, 'held'> };

export function holdQuery(
  { holds, demand, clock }: HeldQueryDeps,
  query: ClientQuery,
  resolved: ResolvedQuery,
): HeldQuery {
  const { payload, call, priority } = query;
  const now = clock.now();
  const remaining = remainingMs(query, now);
  const latencyLeftMs = call.receivedAt + resolved.objective.latencyMs - now;
  const hold: Hold = holds.start({
    ...{
      group: groupOf(query, resolved),
      priority,
      bytes: payload.length,
      signal: call.signal,
      remainingMs: remaining,
    },
    dueAt: now + Math.min(latencyLeftMs, remaining ?? Infinity),
  });
  let awaited: { readonly variant: VariantId; readonly counted: Disposable } | undefined;

  function stopCounting(): void {
    awaited?.counted[Symbol.dispose]();
    awaited = undefined;
  }
  /** Counts the query as demand for the variant, without interruption if it waits for that already. */
  function count(variant: VariantId, latest: ResolvedQuery): void {
    if (awaited?.variant === variant) return;
    stopCounting();
    awaited = { variant, counted: demand.held(latest, variant) };
  }
  return {
    async wait(variant, first, selectAgain) {
      count(variant, first);
      const settled = await hold.wait(variant, (): Settled | undefined => {
        const again = selectAgain();
        if (again.kind === 'refuse') return isBusy(again.cause) ? undefined : again;
        if (again.kind === 'forward') return again;
        count(again.selection.candidate.variant, again.resolved);
        return undefined;
      });
      stopCounting();
      return settled;
    },
    [Symbol.dispose]() {
      stopCounting();
      hold[Symbol.dispose]();
    },
  };
}

const isBusy = (cause: Extract<Decision, { kind: 'refuse' }>['cause']): boolean =>
  cause === 'overloaded' || cause === 'backlogged';

/** Returns the key of the queries that get the same decision at the same time. */
const groupOf = ({ target, version }: ClientQuery, { items, objective, preference }: ResolvedQuery): string =>
  JSON.stringify([target, version, items, preference, objective]);
