// One query that is held: it counts as a hold until it is disposed, and as demand for a variant while it waits for that.

import type { VariantId } from '@pareto/core';
import type { DemandRecorder } from '../demand/demand-recorder.js';
import { remainingMs, type ClientQuery, type ResolvedQuery } from '../resolve/resolve.js';
import type { Hold } from './holds.js';
import type { RouterCore } from './router-core.js';

export interface HeldQuery extends Disposable {
  readonly hold: Hold;
  /**
   * Waits for the next change. The query counts as demand for the variant until it is resumed or waits for another one,
   * so that a change which does not end the wait is not reported as a new hold.
   */
  wait(variant: VariantId): Promise<void>;
  /** Ends the demand for the variant, because the query is sent to a replica. */
  resume(): void;
}

type HeldQueryDeps = Pick<RouterCore, 'holds' | 'clock'> & { readonly demand: Pick<DemandRecorder, 'held'> };

export function holdQuery(
  { holds, demand, clock }: HeldQueryDeps,
  query: ClientQuery,
  resolved: ResolvedQuery,
): HeldQuery {
  const { body, call } = query;
  const hold = holds.enter({ bytes: body.length, signal: call.signal, remainingMs: remainingMs(query, clock) });
  let awaited: { readonly variant: VariantId; readonly counted: Disposable } | undefined;

  function resume(): void {
    awaited?.counted[Symbol.dispose]();
    awaited = undefined;
  }
  return {
    hold,
    wait(variant) {
      if (awaited?.variant !== variant) {
        resume();
        awaited = { variant, counted: demand.held(resolved, variant) };
      }
      return hold.next(variant);
    },
    resume,
    [Symbol.dispose]() {
      resume();
      hold[Symbol.dispose]();
    },
  };
}
