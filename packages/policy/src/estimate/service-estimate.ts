// The estimate of a replica's service time: its profile, corrected by how long its batches really take.

import { exactExp, exactLog, halved, type Profile, type ReplicaLoad, type Shapes } from '@pareto/core';
import { pointsFor } from '../buckets/points-for.js';
import { p50At, p99At } from '../cost/profile-at.js';
import { createInterference, defaultInterferenceParams, type InterferenceParams } from './interference.js';
import { trackQuantile } from './track-quantile.js';

export interface EstimateParams {
  /** Step of the median's logarithm per batch. */
  readonly typicalStep: number;
  /** Step of the 99th percentile's logarithm per batch. */
  readonly slowStep: number;
  /** Limits of both corrections. */
  readonly maxFactor: number;
  /** Time without batches after which half of a correction is forgotten, in ms. */
  readonly halfLifeMs: number;
  readonly interference: InterferenceParams;
}

export const defaultEstimateParams: EstimateParams = {
  typicalStep: 0.05,
  slowStep: 0.1,
  maxFactor: 20,
  halfLifeMs: 2_000,
  interference: defaultInterferenceParams,
};

/** Corrections of a profile, and whether the replica is Interfered. */
type Correction = Pick<ReplicaLoad, 'typical' | 'slow' | 'interfered'>;

export interface ServiceEstimate {
  /** Replaces the profile, and forgets the corrections if it is another one. */
  setProfile(profile: Profile | undefined): void;
  /** Corrects the estimate by a batch of `items` with inputs of these shapes that took `tookMs`. */
  observe(items: number, tookMs: number, now: number, shapes?: Shapes): void;
  correction(now: number): Correction;
  /** Returns the live median of the time of batches divided by the profiled one. */
  typical(now: number): number;
  /** Returns the expected time of a batch, or undefined if nothing was profiled. */
  p50(items: number, now: number, shapes?: Shapes): number | undefined;
}

/**
 * Creates an estimate without a profile. Corrections are forgotten while no batch runs, so that a wrong one cannot
 * exclude a replica for ever.
 */
export function createServiceEstimate(params: EstimateParams = defaultEstimateParams): ServiceEstimate {
  let profile: Profile | undefined;
  let typical = 1;
  let slow = 1;
  let observedAt = -Infinity;
  const interference = createInterference(params.interference);
  const bounded = (factor: number): number => Math.min(params.maxFactor, Math.max(1 / params.maxFactor, factor));
  function remembered(factor: number, now: number): number {
    const idleMs = now - observedAt;
    if (idleMs <= params.halfLifeMs) return factor;
    return exactExp(halved(idleMs / params.halfLifeMs - 1) * exactLog(factor));
  }
  const typicalAt = (now: number): number => remembered(typical, now);
  const slowAt = (now: number): number => remembered(slow, now);
  return {
    setProfile(next) {
      const usable = next === undefined || next.points.length === 0 ? undefined : next;
      if (usable === profile) return;
      profile = usable;
      [typical, slow] = [1, 1];
      interference.reset();
    },
    observe(items, tookMs, now, shapes) {
      if (profile === undefined) return;
      const points = pointsFor(profile, shapes);
      typical = bounded(trackQuantile(typicalAt(now), tookMs / p50At({ points }, items), 0.5, params.typicalStep));
      slow = bounded(trackQuantile(slowAt(now), tookMs / p99At({ points }, items), 0.99, params.slowStep));
      observedAt = now;
      if (profile.provisional !== true) interference.observe(typical, now);
    },
    typical: typicalAt,
    correction: (now) => ({ typical: typicalAt(now), slow: slowAt(now), interfered: interference.isInterfered }),
    p50: (items, now, shapes) => profile && p50At({ points: pointsFor(profile, shapes) }, items) * typicalAt(now),
  };
}
