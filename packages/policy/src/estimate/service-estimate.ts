// The estimate of a replica's service time: its profile, corrected by how long its batches really take.

import { exactExp, exactLog, halved, oncePer, type Profile, type ReplicaLoad, type Shapes } from '@pareto/core';
import { pointsFor } from '../buckets/points-for.js';
import { p50At, p99At } from '../cost/profile-at.js';
import { defaultInterferenceParams, Interference, type InterferenceParams } from './interference.js';
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

/**
 * An estimate, at first without a profile. Corrections are forgotten while no batch runs, so that a wrong one cannot exclude a
 * replica for ever.
 */
export class ServiceEstimate {
  readonly #params: EstimateParams;
  readonly #interference: Interference;
  #profile: Profile | undefined;
  #medians: number[] = [];
  #typical = 1;
  #slow = 1;
  #observedAt = -Infinity;

  constructor(params: EstimateParams) {
    this.#params = params;
    this.#interference = new Interference(params.interference);
  }

  /** Replaces the profile, and forgets the corrections if it is another one. */
  setProfile(next: Profile | undefined): void {
    const usable = next === undefined || next.points.length === 0 ? undefined : next;
    if (usable === this.#profile) return;
    this.#profile = usable;
    if (usable !== undefined) this.#medians = mediansOf(usable);
    [this.#typical, this.#slow] = [1, 1];
    this.#interference.reset();
  }

  /** Corrects the estimate by a batch of `items` with inputs of these shapes that took `tookMs`. */
  observe(items: number, tookMs: number, now: number, shapes?: Shapes): void {
    const profile = this.#profile;
    if (profile === undefined) return;
    const { typicalStep, slowStep } = this.#params;
    const points = { points: pointsFor(profile, shapes) };
    this.#typical = this.#bounded(trackQuantile(this.typical(now), tookMs / p50At(points, items), 0.5, typicalStep));
    const slow = this.#remembered(this.#slow, now);
    this.#slow = this.#bounded(trackQuantile(slow, tookMs / p99At(points, items), 0.99, slowStep));
    this.#observedAt = now;
    if (profile.provisional !== true) this.#interference.observe(this.#typical, now);
  }

  /** Returns the live median of the time of batches divided by the profiled one. */
  typical(now: number): number {
    return this.#remembered(this.#typical, now);
  }

  correction(now: number): Correction {
    const slow = this.#remembered(this.#slow, now);
    return { typical: this.typical(now), slow, interfered: this.#interference.isInterfered };
  }

  /** Returns the expected time of a batch, or undefined if nothing was profiled. */
  p50(items: number, now: number, shapes?: Shapes): number | undefined {
    const profile = this.#profile;
    if (profile === undefined) return undefined;
    if (shapes !== undefined || items > maxMedians)
      return p50At({ points: pointsFor(profile, shapes) }, items) * this.typical(now);
    return (this.#medians[items] ??= p50At(profile, items)) * this.typical(now);
  }

  #remembered(factor: number, now: number): number {
    const { halfLifeMs } = this.#params;
    const idleMs = now - this.#observedAt;
    if (idleMs <= halfLifeMs || factor === 1) return factor;
    return exactExp(halved(idleMs / halfLifeMs - 1) * exactLog(factor));
  }

  #bounded(factor: number): number {
    const { maxFactor } = this.#params;
    return Math.min(maxFactor, Math.max(1 / maxFactor, factor));
  }
}

export const createServiceEstimate = (params: EstimateParams = defaultEstimateParams): ServiceEstimate =>
  new ServiceEstimate(params);

/** Profiled medians by the number of items, up to a number of them. Each decision of a worker needs several. */
const mediansOf: (profile: Profile) => number[] = oncePer(() => []);
const maxMedians = 64;
