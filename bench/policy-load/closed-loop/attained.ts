// The share of the queries of a run that met their objectives.

import { resolveObjective } from '@pareto/core';
import type { Cluster } from '@pareto/simulator';
import { firstQueryMs, type ClusterRun, type Settled } from './simulate-cluster.js';

/** Queries to count: of a task, or of all, that arrived in a part of the time from the first query on. */
export interface Counted {
  readonly task?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Returns the share of the queries that were answered within their objective, or within a second if they have none. */
export function attainedShare(run: ClusterRun, counted: Counted = {}): number {
  const own = countedOf(run, counted);
  return own.filter((one) => hasAttained(one, run.cluster)).length / own.length;
}

/** Returns the share of the queries that were answered. */
export function answeredShare(run: ClusterRun, counted: Counted = {}): number {
  const own = countedOf(run, counted);
  return own.filter(({ end }) => end === 'answered').length / own.length;
}

/** Time that a window of `timeToAttain` covers, and the time between two windows. */
const [windowMs, stepMs] = [1_000, 100];

/** Returns the time from `fromMs` after which each second until `toMs` attains `share`, in seconds. */
export function secondsToAttain(run: ClusterRun, share: number, fromMs: number, toMs: number): number {
  let at = toMs - windowMs;
  while (at >= fromMs && attainedShare(run, { fromMs: at, toMs: at + windowMs }) >= share) at -= stepMs;
  return (at + stepMs - fromMs) / 1_000;
}

function countedOf({ settled }: ClusterRun, { task, fromMs = 0, toMs = Infinity }: Counted): readonly Settled[] {
  return settled.filter(({ query: { target, arrivesAt } }) => {
    const at = arrivesAt - firstQueryMs;
    return (task === undefined || target === task) && at >= fromMs && at < toMs;
  });
}

function hasAttained({ query: { target, stated }, end, latencyMs }: Settled, { tasks }: Cluster): boolean {
  const defaultObjective = tasks.find(({ name }) => name === target)?.defaultObjective ?? {};
  return end === 'answered' && latencyMs <= resolveObjective(stated, defaultObjective).latencyMs;
}
