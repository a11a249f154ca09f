// The selection of INFaaS (Algorithm 1): the variant and the worker for a query.

import type { HardwareClassId, Objective, Rng, WorkerId } from '@pareto/core';
import { ratedMs, totalMs, type InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';

/** The replicas of a variant on a worker. */
export interface Instance {
  readonly worker: WorkerId;
  readonly variant: InfaasVariant;
  /** Set once a replica is ready. Before, queries wait for the first one. */
  readonly isReady: boolean;
  /** Number of queries without an answer, for each replica. */
  readonly load: number;
  readonly isFlagged: boolean;
}

/** A worker on which a variant may be loaded. */
export interface WorkerUse {
  readonly worker: WorkerId;
  readonly hardwareClasses: readonly HardwareClassId[];
  /** Share of its slots that are busy or loading. */
  readonly utilisation: number;
  readonly slots: number;
  readonly freeBytes: number;
  /** Architectures of the variants that it has. Its own autoscaler scales these. */
  readonly architectures: ReadonlySet<string>;
}

/**
 * `serve`: the query goes to the instance, and has a variant loaded for later ones if `load` is set. `load`: the variant is loaded on the worker, and the query waits for it there. `none`: no
 * variant meets the objective, and `nearest` comes closest to the latency of those that meet the floor.
 */
export type InfaasSelection =
  | { readonly kind: 'serve'; readonly instance: Instance; readonly load?: InfaasLoad }
  | InfaasLoad
  | { readonly kind: 'none'; readonly nearest: InfaasVariant | undefined };

/** A variant that is loaded on a worker. */
export interface InfaasLoad {
  readonly kind: 'load';
  readonly variant: InfaasVariant;
  readonly worker: WorkerId;
}

/** The fleet as the selection knows it. */
export interface InfaasView {
  /** The instances of each variant, by its name. */
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
  readonly workers: readonly WorkerUse[];
}

type InfaasObjective = Pick<Objective, 'latencyMs' | 'minAccuracy'>;

/** The variants of a task for an objective. */
export interface Feasible {
  /** The variants that meet the objective, the one with the least slack of latency first. */
  readonly variants: readonly InfaasVariant[];
  /** Variants that are considered for loading: the fastest, by load time + latency. */
  readonly inOrderOfLoading: readonly InfaasVariant[];
  readonly nearest: InfaasVariant | undefined;
}

export function listFeasible(
  variants: readonly InfaasVariant[],
  { latencyMs, minAccuracy = 0 }: InfaasObjective,
  { fastest }: InfaasParams,
): Feasible {
  const accurate = variants.filter(({ option }) => option.accuracy >= minAccuracy);
  const feasible = accurate.filter((variant) => ratedMs(variant) <= latencyMs);
  return {
    variants: feasible.toSorted((a, b) => ratedMs(b) - ratedMs(a)),
    inOrderOfLoading: feasible
      .toSorted((a, b) => ratedMs(a) - ratedMs(b))
      .slice(0, fastest)
      .toSorted((a, b) => totalMs(a) - totalMs(b)),
    nearest: accurate.toSorted((a, b) => ratedMs(a) - ratedMs(b))[0],
  };
}

export function selectInfaas(feasible: Feasible, view: InfaasView, rng: Rng, params: InfaasParams): InfaasSelection {
  const ready = pickInstance(feasible, view, (one) => one.isReady && !one.isFlagged);
  if (ready !== undefined) return { kind: 'serve', instance: ready };
  const flagged = pickInstance(feasible, view, ({ isReady }) => isReady);
  if (flagged !== undefined && rng() < params.flaggedShare) return { kind: 'serve', instance: flagged };
  const loading = pickInstance(feasible, view, (one) => !one.isReady && !one.isFlagged);
  const load = loading === undefined ? pickLoad(feasible, view, params) : undefined;
  if (flagged !== undefined && !params.waitsForLoads)
    return { kind: 'serve', instance: flagged, ...(load !== undefined && { load }) };
  if (loading !== undefined) return { kind: 'serve', instance: loading };
  if (load !== undefined) return load;
  const any = flagged ?? pickInstance(feasible, view, () => true);
  return any === undefined ? { kind: 'none', nearest: feasible.nearest } : { kind: 'serve', instance: any };
}

/** Returns the least loaded matching instance of the first variant that has any. */
function pickInstance(
  { variants }: Feasible,
  { instances }: InfaasView,
  matches: (instance: Instance) => boolean,
): Instance | undefined {
  for (const { name } of variants) {
    let least: Instance | undefined;
    for (const one of instances.get(name) ?? [])
      if (matches(one) && (least === undefined || one.load < least.load)) least = one;
    if (least !== undefined) return least;
  }
  return undefined;
}

/** Returns the load of the first variant that a worker has room for, on the least used one. */
export function pickLoad(
  { inOrderOfLoading }: Feasible,
  { workers }: InfaasView,
  { freeMib }: InfaasParams,
): InfaasLoad | undefined {
  for (const variant of inOrderOfLoading) {
    const { architecture, hardwareClass, profile } = variant.option;
    const [least] = workers
      .filter((one) => one.hardwareClasses.includes(hardwareClass) && !one.architectures.has(architecture))
      .filter(({ freeBytes }) => freeBytes - freeMib * 2 ** 20 >= profile.memoryBytes)
      .toSorted((a, b) => a.utilisation - b.utilisation);
    if (least !== undefined) return { kind: 'load', variant, worker: least.worker };
  }
  return undefined;
}
