// What travels beside a query between router and worker: the router's decision, and the worker's load.

import { ParetoError } from '@pareto/core';

/** Metadata that only routers and workers exchange; routers strip it from what clients send. */
export const internalPrefix = 'pareto-internal-';
export const tokenKey: string = `${internalPrefix}token`;
export const decisionKey: string = `${internalPrefix}decision`;
/** A trailer that proves the query reached no executor, so that another replica may be tried. */
export const notExecutedKey = 'pareto-not-executed';
/** ORCA's text form. */
export const loadKey = 'endpoint-load-metrics';

/** The decision as the worker needs it. */
export interface RoutedDecision {
  readonly decisionId: string;
  readonly replica: string;
  readonly variant: string;
  /** As advertised for the variant; undefined: unmeasured. */
  readonly accuracy: number | undefined;
  readonly coldStart: boolean;
  readonly degraded: boolean;
  /** Left of the objective's latency when the router sent it. */
  readonly latencyLeftMs: number;
}

export const encodeDecision = (decision: RoutedDecision): string => JSON.stringify(decision);

/** Throws `invalid-argument` when the text is not a decision. */
export function decodeDecision(text: string | undefined): RoutedDecision {
  try {
    const value = JSON.parse(text ?? '') as RoutedDecision;
    if (typeof value.replica === 'string' && typeof value.latencyLeftMs === 'number') return value;
  } catch {
    // told below
  }
  throw new ParetoError('invalid-argument', `metadata ${decisionKey} is not a router's decision`);
}

export interface ReplicaLoadReport {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Predicted time until a new item would start. */
  readonly backlogMs: number;
}

export const formatLoad = (load: ReplicaLoadReport): string =>
  `TEXT named_metrics.queued_items=${load.queuedItems},named_metrics.running_items=${load.runningItems},named_metrics.backlog_ms=${load.backlogMs}`;

const loadPattern =
  /^TEXT named_metrics\.queued_items=([\d.e+-]+),named_metrics\.running_items=([\d.e+-]+),named_metrics\.backlog_ms=([\d.e+-]+)$/;

/** Undefined when the trailer is missing or of another form. */
export function parseLoad(text: string | undefined): ReplicaLoadReport | undefined {
  const match = text === undefined ? null : loadPattern.exec(text);
  if (match === null) return undefined;
  return { queuedItems: Number(match[1]), runningItems: Number(match[2]), backlogMs: Number(match[3]) };
}
