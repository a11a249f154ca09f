// The freeze of the plan: an operator stops the changes of replicas, or goes back to those of an earlier plan.

import { ParetoError, type ReplicaCount } from '@pareto/core';
import { freezeInForce, type ClusterView } from '../cluster/observe.js';
import type { Leader } from '../leadership/leadership.js';
import type { RunExclusive } from '../leadership/write-queue.js';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { freezeKey, putRecord, type FreezeRecord, type PlanRecord } from '../storage/records.js';
import { listPlans, type ListedPlan } from './list-plans.js';

export interface FreezeContext {
  readonly leader: Pick<Leader, 'write'>;
  /** Returns the plan in force. Undefined if this controller has not planned in its term. */
  readonly planLog: { readonly current: () => PlanRecord | undefined };
  readonly clusterView: () => ClusterView;
  readonly runExclusive: RunExclusive;
}

export interface FreezeRequest {
  /** Plan to go back to. Undefined to freeze the plan in force. */
  readonly revision: number | undefined;
  readonly by: string;
  readonly reason: string;
}

/** Maximum size of the replicas of a freeze, so that its record fits a transaction of the store. */
const maxBytes = 900_000;

/** Returns e.g. `the plan is frozen at plan 12 by anna (too many loads)`. */
export function freezeText({ revision, by, reason }: FreezeRecord): string {
  const what = revision === undefined ? 'the plan is frozen' : `the plan is frozen at plan ${revision}`;
  return `${what}${by === '' ? '' : ` by ${by}`}${reason === '' ? '' : ` (${reason})`}`;
}

/**
 * Freezes the plan in force or an earlier one, in place of another freeze. Throws `not-found` for a plan that is not kept,
 * `unavailable` before the first plan of a term, and `resource-exhausted` if the plan has too many rows.
 */
export function freezePlan(context: FreezeContext, { revision, by, reason }: FreezeRequest): Promise<FreezeRecord> {
  return context.runExclusive('the plan', async () => {
    const view = context.clusterView();
    const plan = revision === undefined ? currentOf(context) : findPlan(view.records, revision).plan;
    const replicas = replicasOf(plan);
    if (Buffer.byteLength(JSON.stringify(replicas)) > maxBytes) throw tooManyError(replicas.length);
    const freeze: FreezeRecord = {
      ...(revision !== undefined && { revision }),
      ...{ atWallMs: view.wallMs, by, reason, replicas },
    };
    return (await write(context, view, freeze)) ? freeze : undefined;
  });
}

/** Ends the freeze. Returns undefined if the plan is not frozen. */
export async function resumePlan(context: FreezeContext, by: string): Promise<FreezeRecord | undefined> {
  const ended = await context.runExclusive('the plan', async () => {
    const view = context.clusterView();
    const freeze = freezeInForce(view.records);
    if (freeze === undefined) return { freeze };
    const isWritten = await write(context, view, { ...freeze, replicas: [], ended: { by } });
    return isWritten ? { freeze } : undefined;
  });
  return ended.freeze;
}

/** Returns false after a conflicting write. */
const write = ({ leader }: FreezeContext, { records }: ClusterView, freeze: FreezeRecord): Promise<boolean> =>
  leader.write([unchangedSince(freezeKey, records.freezes.get(freezeKey))], [putRecord(freezeKey, freeze)]);

function currentOf({ planLog }: FreezeContext): PlanRecord {
  const plan = planLog.current();
  if (plan !== undefined) return plan;
  throw new ParetoError('unavailable', 'this controller has not planned yet; retry in a few seconds');
}

function replicasOf({ replicas, omitted }: PlanRecord): readonly ReplicaCount[] {
  if (omitted > 0) throw tooManyError(replicas.length + omitted);
  return replicas.map(({ variant, version, hardwareClass, replicas: count }) => ({
    ...{ variant, version, hardwareClass, replicas: count },
  }));
}

const tooManyError = (rows: number): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `the replicas are of ${rows} variants and hardware classes, which is more than the store keeps of a plan: it cannot be frozen`,
  );

/** Returns the plan with this revision. Throws `not-found` if it is not kept. */
export function findPlan({ plans }: Pick<RecordView, 'plans'>, revision: number): ListedPlan {
  const kept = listPlans(plans);
  const found = kept.find((plan) => plan.revision === revision);
  if (found !== undefined) return found;
  const [first] = kept;
  const range =
    first === undefined ? 'none is kept yet' : `those kept are of ${first.revision} to ${kept.at(-1)?.revision}`;
  throw new ParetoError('not-found', `there is no plan ${revision}: ${range}; 'pareto plan --history' lists them`);
}
