// The Plans service: the plan in force, earlier ones, and the freeze.

import type { wire } from '@pareto/protocol';
import type { ServiceHandlers } from '@pareto/rpc';
import { freezeInForce, type ClusterView } from '../cluster/observe.js';
import type { Leader } from '../leadership/leadership.js';
import { findPlan, freezePlan, resumePlan, type FreezeContext } from '../history/freeze.js';
import { listPlans, type ListedPlan } from '../history/list-plans.js';
import { previewPlan, type PreviewContext } from '../plan/preview-plan.js';
import type { PlanLog } from '../plan/plan-log.js';
import { changesFrom } from '../plan/preview-request.js';
import { actorOf } from '../rules/actor.js';
import { reasonFrom } from '../rules/rule-request.js';
import { describeAction, describePlan, describeQuality, freezeToWire, summarizePlan } from './describe-plan.js';

export interface PlansServiceOptions extends FreezeContext, PreviewContext {
  readonly leader: Pick<Leader, 'write' | 'require'>;
  readonly planLog: Pick<PlanLog, 'current' | 'quality'>;
  /** Throws `notLeaderError()` if another controller leads, because only the leader has the plan in force. */
  readonly preferLeader: () => void;
  /** Throws `unavailable` while the plan is not settled after a restore of the store. */
  readonly requireSettled: () => void;
}

export function createPlansHandlers(options: PlansServiceOptions): ServiceHandlers<'pareto.v1.Plans'> {
  const { leader, clusterView, planLog } = options;
  const requireWritable = (): void => {
    leader.require();
    options.requireSettled();
  };
  return {
    async list({ revisions, variant }) {
      options.preferLeader();
      const view = clusterView();
      const freeze = freezeInForce(view.records);
      return {
        current: currentPlan(planLog, view, variant),
        plans: listed(view, revisions, variant),
        freeze: freeze === undefined ? null : freezeToWire(freeze, view.wallMs),
      };
    },
    async preview(request, { signal }) {
      leader.require();
      options.requireSettled();
      const { plan, isSettled, loadMs } = await previewPlan(options, changesFrom(request), signal);
      return {
        current: currentPlan(planLog, clusterView(), ''),
        preview: describePlan(0, plan, 0, ''),
        ...{ settled: isSettled, loadMs },
      };
    },
    async freeze({ revision, reason, actor }, call) {
      requireWritable();
      const author = { by: actorOf(call, actor), reason: reasonFrom(reason) };
      const freeze = await freezePlan(options, { ...author, revision: revision === 0 ? undefined : revision });
      return freezeToWire(freeze, clusterView().wallMs);
    },
    async resume({ actor }, call) {
      requireWritable();
      const ended = await resumePlan(options, actorOf(call, actor));
      return { ended: ended === undefined ? null : freezeToWire(ended, clusterView().wallMs) };
    },
  };
}

function currentPlan(
  planLog: PlansServiceOptions['planLog'],
  { records, now }: ClusterView,
  variant: string,
): wire.RecordedPlanInput | null {
  const plan = planLog.current();
  if (plan === undefined) return null;
  const { revision = 0 } = listPlans(records.plans).at(-1) ?? {};
  return { ...describePlan(revision, plan, 0, variant), quality: describeQuality(planLog.quality(), now) };
}

function listed(
  { records, wallMs }: ClusterView,
  revisions: readonly number[],
  variant: string,
): wire.RecordedPlanInput[] {
  const ageOf = ({ atWallMs }: ListedPlan): number => Math.max(0, wallMs - atWallMs);
  if (revisions.length > 0) {
    const wanted = [...new Set(revisions)].map((revision) => findPlan(records, revision));
    return wanted.map((one) => describePlan(one.revision, one.plan, ageOf(one), variant));
  }
  const newestFirst = listPlans(records.plans).toReversed();
  if (variant === '') return newestFirst.map((one) => summarizePlan(one.revision, one.plan, ageOf(one)));
  const changed = newestFirst.filter(({ plan }) =>
    plan.actions.some((action) => describeAction(action, 0).variant === variant),
  );
  return changed.map((one) => describePlan(one.revision, one.plan, ageOf(one), variant));
}
