// Options and problems of accuracy scaling for its tests.

import { milliseconds, resolveObjective, type Objective } from '@pareto/core';
import { problemOf } from '../../../src/baselines/accuracy-scaling/problem-of.js';
import type { AllocationProblem } from '../../../src/baselines/accuracy-scaling/formulate-allocation.js';
import {
  listScalableOptions,
  type BatchPreference,
  type ScalableOption,
} from '../../../src/baselines/accuracy-scaling/scalable-option.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import type { SimulatedWorkers } from '../../../src/scenario/fleet.js';
import { profileOn, smallCluster, variant } from './small-cluster.js';
import { steadyStream } from './small-scenario.js';

export const objective = (latencyMs: number, minAccuracy?: number): Objective =>
  resolveObjective({ latencyMs: milliseconds(latencyMs), minAccuracy });

/** Returns the options for streams of the task `images` with these objectives. */
export const scalableOptions = (
  cluster: Cluster,
  objectives: readonly Objective[],
  preference: BatchPreference = 'largest',
): readonly ScalableOption[] =>
  listScalableOptions({ cluster, objectives, streams: objectives.map(() => steadyStream(1, [])) }, preference);

/** Variants of which, on a cpu, `small` serves 100/s and `large` 25/s, within 200 ms. */
export const twoVariants = [
  variant('small', 0.7, [profileOn('cpu', { 1: 10 })]),
  variant('large', 0.9, [profileOn('cpu', { 1: 40 })]),
];

/** Returns the problem of these variants, without replicas. The options are `small` and `large` on each pool of workers. */
export function problemOn(
  workers: readonly SimulatedWorkers[],
  demand: readonly number[],
  objectives: readonly Objective[] = demand.map(() => objective(200)),
): AllocationProblem {
  const cluster = smallCluster(twoVariants, workers, { cpu: 0.05 });
  return problemOf({ workers: cluster.workers, replicas: [] }, scalableOptions(cluster, objectives), demand);
}
