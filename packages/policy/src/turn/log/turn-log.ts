// The log of control turns: a line for each call of a turn core, with what it decided. A term begins with its parameters.

import type { Solution } from '../../snapshot/solution.js';
import type { Assignment, Milliseconds, PlanAction, ReplicaId } from '@pareto/core';
import type { ActiveReplica } from '../../demand/live-slowdown.js';
import type { DemandInput } from '../../place/needs/demand/follow-demand.js';
import type { Observed, TurnCore, TurnParams } from '../turn-core.js';
import { fromPlain, toPlain } from './plain-values.js';

/** The demand, with the active replicas if they were read. */
export interface LoggedDemand extends Omit<DemandInput, 'active'> {
  readonly active: readonly ActiveReplica[] | undefined;
}

/** The first line of a term. */
interface TurnLogHeader {
  readonly log: 'turns';
  readonly version: 2;
  readonly params: TurnParams;
}

export type TurnLine = TurnLogHeader | TurnCall;

export type TurnCall =
  /** The snapshot is that of the last plan. */
  | { readonly call: 'skip'; readonly input: LoggedDemand; readonly isSkipped: boolean }
  | { readonly call: 'see'; readonly replicas: readonly ReplicaId[]; readonly now: Milliseconds }
  | {
      readonly call: 'observe';
      readonly observed: Observed;
      readonly input: LoggedDemand;
      readonly orphans: readonly Assignment[];
    }
  | {
      readonly call: 'plan';
      readonly planId: string;
      readonly leadingMs: Milliseconds;
      readonly actions: readonly PlanAction[];
      readonly nextAt: Milliseconds;
    }
  | { readonly call: 'solved'; readonly solution: Solution | undefined }
  | { readonly call: 'end'; readonly actions: readonly PlanAction[]; readonly now: Milliseconds };

/** Returns the core itself, after it passes each call to `record` as a value that JSON can represent. */
export function logTurns(core: TurnCore, params: TurnParams, record: (line: object) => void): TurnCore {
  const write = (line: TurnLine): void => record(toPlain(line) as object);
  write({ log: 'turns', version: 2, params });
  return {
    get state() {
      return core.state;
    },
    skip(input, observed) {
      const read = remember(input);
      const isSkipped = core.skip(read.input, observed);
      write({ call: 'skip', input: read.logged(), isSkipped });
      return isSkipped;
    },
    see(replicas, now) {
      core.see(replicas, now);
      write({ call: 'see', replicas, now });
    },
    observe(observed, input, orphans) {
      const read = remember(input);
      core.observe(observed, read.input, orphans);
      write({ call: 'observe', observed, input: read.logged(), orphans });
    },
    plan(observed, planId, leadingMs) {
      const planned = core.plan(observed, planId, leadingMs);
      const { actions, nextAt } = planned;
      write({ call: 'plan', planId, leadingMs, actions, nextAt });
      return planned;
    },
    solved(solution) {
      core.solved(solution);
      write({ call: 'solved', solution });
    },
    end(actions, now) {
      core.end(actions, now);
      write({ call: 'end', actions, now });
    },
  };
}

/** Reads a line of the file. */
export const readTurnLine = (text: string): TurnLine => fromPlain(JSON.parse(text)) as TurnLine;

/** Returns the demand, and what of it was read. */
function remember({ active, ...others }: DemandInput): {
  readonly input: DemandInput;
  readonly logged: () => LoggedDemand;
} {
  let read: readonly ActiveReplica[] | undefined;
  const input = { ...others, active: () => (read ??= active()) };
  return { input, logged: () => ({ ...others, active: read }) };
}
