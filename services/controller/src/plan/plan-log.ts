// The last plan's actions, unmet needs and reasons, for display.

import type {
  Clock,
  CongestionPrices,
  KeptReplica,
  Milliseconds,
  Plan,
  PlanAction,
  PlanQuality,
  ReplicaId,
  UnmetNeed,
} from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { EventLog } from '../events/events.js';
import type { Leader, Term } from '../leadership/leadership.js';
import { planRecord, type RecordedTurn } from '../history/plan-record.js';
import type { PlanRecord } from '../storage/records.js';
import { actionEvent } from './plan-events.js';

interface LoggedAction {
  readonly action: PlanAction;
  readonly at: Milliseconds;
}

/** An unmet need with the time since when no plan could meet it. */
interface LoggedUnmet extends UnmetNeed {
  readonly since: Milliseconds;
}

interface LoggedPlan extends Pick<Plan, 'unmet' | 'deferred' | 'kept'> {
  /** Input of its record, with its quality. */
  readonly turn: RecordedTurn;
}

/**
 * The log of the leader's plans. It is empty, apart from `recent`, if this controller has not planned in its current
 * term.
 */
export interface PlanLog {
  /** Adds actions, with the plan that they come from, if there is one. */
  add(actions: readonly PlanAction[], plan?: LoggedPlan): void;
  /** Returns the last 50 actions, newest first. */
  recent(): readonly LoggedAction[];
  /** Returns the steps that the last plan deferred. */
  deferred(): Plan['deferred'];
  /** Returns the needs that the last plan could not meet. */
  unmet(): readonly LoggedUnmet[];
  /** Returns the quality of the last plan. Undefined if there is none. */
  quality(): PlanQuality | undefined;
  /** Returns the prices of slots in the last plan. Undefined while the slots suffice, or if there is no plan. */
  congestion(): CongestionPrices | undefined;
  /** Returns what is recorded of the last plan if it changes replicas. Undefined if there is none. */
  current(): PlanRecord | undefined;
  /** Returns why the last plan keeps or loads a replica. Undefined for any other replica. */
  placed(replica: ReplicaId): KeptReplica | undefined;
}

export interface PlanLogOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: Pick<EventLog, 'add'>;
  readonly leader: Pick<Leader, 'term'>;
}

/** The results of the last plan, and the replicas adopted since. */
interface LastPlan {
  readonly term: Term | undefined;
  readonly deferred: Plan['deferred'];
  readonly turn: RecordedTurn | undefined;
  readonly unmet: ReadonlyMap<string, LoggedUnmet>;
  readonly placed: ReadonlyMap<ReplicaId, KeptReplica>;
}

const maxRecent = 50;
const noPlan: LastPlan = {
  ...{ term: undefined, deferred: [], turn: undefined, unmet: new Map(), placed: new Map() },
};

export function createPlanLog({ clock, logger, events, leader }: PlanLogOptions): PlanLog {
  let recent: readonly LoggedAction[] = [];
  let last = noPlan;

  const current = (): LastPlan => (leader.term !== undefined && last.term === leader.term ? last : noPlan);
  const logUnmet = (needs: Plan['unmet'], before: LastPlan['unmet']): LastPlan['unmet'] => {
    const now = clock.now();
    const unmet = new Map(
      needs.map((need) => [keyOf(need), { ...need, since: before.get(keyOf(need))?.since ?? now }]),
    );
    // Other loads end soon, and many models may wait for them.
    const added = [...unmet].flatMap(([key, need]) => (before.has(key) || need.cause === 'loading' ? [] : [need]));
    if (added.length > 0) logger.warn('plan leaves needs unmet', { unmet: added });
    for (const { variant, reason } of added) events.add({ kind: 'unmet', subject: variant, reason, warning: true });
    return unmet;
  };

  return {
    add(actions, plan) {
      const at = clock.now();
      for (const action of actions) events.add(actionEvent(action));
      recent = [...actions.map((action) => ({ action, at })).reverse(), ...recent].slice(0, maxRecent);
      const before = current();
      const kept = plan?.kept ?? before.placed.values();
      last = {
        term: leader.term,
        deferred: plan?.deferred ?? before.deferred,
        turn: plan?.turn ?? before.turn,
        unmet: plan === undefined ? before.unmet : logUnmet(plan.unmet, before.unmet),
        placed: new Map([...kept, ...actions.flatMap(adoptedReplica)].map((one) => [one.replica, one])),
      };
    },
    recent: () => recent,
    deferred: () => current().deferred,
    quality: () => current().turn?.quality,
    congestion: () => current().turn?.congestion,
    current() {
      const { turn } = current();
      return turn && planRecord(turn);
    },
    unmet: () => [...current().unmet.values()],
    placed: (replica) => current().placed.get(replica),
  };
}

/** Returns the identity of an unmet need. Its reason may have numbers that change with every plan. */
const keyOf = ({ variant, source, cause, warmTarget }: UnmetNeed): string =>
  [variant, source, cause, warmTarget].join(' ');

/** Returns the replica that an action adopts. Empty if it adopts none. */
const adoptedReplica = (action: PlanAction): readonly KeptReplica[] =>
  action.kind === 'adopt' ? [{ replica: action.assignment.replica, source: undefined, reason: action.reason }] : [];
