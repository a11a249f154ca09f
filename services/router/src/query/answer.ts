// One query, in a straight line: select a variant → pick a replica → forward the bytes → answer.

import type { Candidate } from '@pareto/core';
import { pickReplica } from '@pareto/policy';
import { decide } from './decide.js';
import { failureOf, forward, mayRetry } from './forward.js';
import type { Hold } from './holds.js';
import { refusalOf } from './refusal.js';
import { remainingMs, resolve, type Asked, type ClientQuery } from './resolve.js';
import type { RouterCore } from './router-core.js';

export interface Answer {
  /** The encoded ModelInferResponse. */
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
  readonly candidate: Candidate;
  readonly isDegraded: boolean;
  readonly isColdStart: boolean;
}

/** `asked` is what the query means by the table of now. Throws a ParetoError whose code is the query's status. */
export async function answer(core: RouterCore, query: ClientQuery, asked: Asked, seq: number): Promise<Answer> {
  let hold: Hold | undefined;
  try {
    for (let attempt = 1; ; asked = resolve(core.tables.table, query)) {
      const admission = decide(core, query, asked, { seq, isFirst: attempt === 1 && hold === undefined, hold });
      if (admission.kind === 'refuse') throw refusalOf(admission, asked);
      if (admission.kind === 'hold') {
        hold ??= core.holds.enter({
          bytes: query.body.length,
          signal: query.call.signal,
          remainingMs: remainingMs(query, core.clock),
        });
        using _waiting = core.demand.held(asked, admission.selection.candidate.variant);
        await hold.next(admission.selection.candidate.variant);
        continue;
      }
      const { selection } = admission;
      const replica = pickReplica(selection.candidate, core.loads, core.rng);
      if (replica === undefined) continue; // unusable since: decide anew
      const routed = { seq, replica, selection, isColdStart: hold !== undefined };
      const outcome = await forward(core, query, asked, routed);
      if (outcome.kind === 'answered') {
        const { candidate, degraded: isDegraded } = selection;
        return {
          body: outcome.body,
          trailers: outcome.trailers,
          candidate,
          isDegraded,
          isColdStart: routed.isColdStart,
        };
      }
      if (!mayRetry(core, outcome, query, attempt++)) throw failureOf(outcome, replica, query.body.length);
    }
  } finally {
    hold?.[Symbol.dispose]();
  }
}
