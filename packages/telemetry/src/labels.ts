// The labels of the metrics and their values: closed sets, or names that operators register. What clients can choose freely is
// never a label.

import { errorCodes, planSources, unmetCauses, type ErrorCode, type ReplicaState } from '@pareto/core';

/** All values of each label, or, if they are names, a description of them. */
export type LabelSpec = Readonly<Record<string, readonly string[] | string>>;

export type NoLabels = Readonly<Record<never, never>>;

/** A value for each label. */
export type GivenLabels<S extends LabelSpec> = {
  readonly [K in keyof S]: S[K] extends readonly (infer V extends string)[] ? V : string;
};

type Names<K extends string> = Readonly<Record<K, string>>;
type Codes = readonly ('ok' | ErrorCode)[];
type ReplicaStates = readonly ReplicaState[];

const code: Codes = ['ok', ...errorCodes];
const replicaStates: ReplicaStates = ['loading', 'warming', 'ready', 'draining', 'failed'];
const variant = 'a registered variant';

/** Labels of queries at a router. */
export const byTarget: Names<'task' | 'target'> = {
  task: 'a registered task; `unknown` if nothing has the name that the client sent',
  target: 'the task, model or variant that the client named; `unknown` if nothing has that name',
};
export const byTargetAndCode: typeof byTarget & { readonly code: Codes } = { ...byTarget, code };

export const byVariant: Names<'variant'> = { variant };
export const byVariantAndCode: typeof byVariant & { readonly code: Codes } = {
  variant: `${variant}, or \`unknown\` if the worker has no replica of it`,
  code,
};

/** Labels of the metrics that have the names and meanings of Triton's. A model in Triton is a variant here. */
export const byModel: Names<'model' | 'version'> = { model: variant, version: 'a version of the model of the variant' };

export const byDecision = {
  outcome: [
    'chosen',
    'degraded',
    'cold',
    'infeasible',
    'overloaded',
    'unplaceable',
    'batch-too-large',
    'quarantined',
    'hold-limit',
    'late-load',
    'ruled-out',
    'backlogged',
    // The worker rejected the query, because it could no longer meet its objective.
    'late',
  ],
} as const;
export const byRetry = { reason: ['not-executed', 'lost', 'refused'] } as const;
export const byLoss = { reason: ['timeout', 'unreachable', 'connection-lost', 'bad-reply'] } as const;
export const byRejection = {
  variant: 'a registered variant',
  reason: ['full', 'late', 'expired', 'closed'],
} as const;
export const byDeath = { reason: ['crashed', 'out-of-memory', 'hung', 'ended', 'by-other-model'] } as const;

export const byReplicaState: { readonly state: ReplicaStates } = { state: replicaStates };
export const byVariantAndState: typeof byVariant & typeof byReplicaState = { variant, state: replicaStates };

export const byPresence = { state: ['connected', 'awaited', 'departed', 'gone'] } as const;
export const byAction = { kind: ['load', 'unload', 'adopt', 'make', 'measure'] } as const;
export const byCause: typeof byVariant & { readonly reason: typeof unmetCauses } = {
  variant: 'a registered variant; empty for a 0 of each reason',
  reason: unmetCauses,
};
export const byPlanSource: { readonly source: typeof planSources } = { source: planSources };
export const byHardwareClass: Names<'hardware_class'> = { hardware_class: 'a hardware class of workers' };
export const bySolve = {
  outcome: [
    'optimal',
    'out-of-time',
    'out-of-iterations',
    'out-of-memory',
    'infeasible',
    'unbounded',
    'killed',
    'bad-input',
    'failed',
  ],
} as const;
export const byMeasurement = { outcome: ['measured', 'failed'] } as const;
export const byRecipe = {
  recipe: 'a recipe, or `dynamic-batch`',
  result: ['made', 'declined', 'failed'],
} as const;
export const byOperation = { operation: ['transact'] } as const;
export const byReach = { state: ['reachable', 'lost'] } as const;
export const byDirection = { direction: ['in', 'out', 'collected'] } as const;
export const byBlobKind = { kind: ['blob', 'partial'] } as const;

export const byRole = { role: ['controller', 'router', 'worker'] } as const;
export const byLimit = { limit: 'a limit of [this table](limits.md)' } as const;
export const byHop = { hop: ['frames', 'http'] } as const;
