// The metadata of a query between router and worker: the router's decision, and the worker's load.

import { ParetoError } from '@pareto/core';

/** Prefix of metadata between routers and workers. Routers remove such metadata from clients' calls. */
export const internalPrefix = 'pareto-internal-';
export const tokenKey: string = `${internalPrefix}token`;
export const decisionKey: string = `${internalPrefix}decision`;
/** Trailer of an error if the query did not reach an executor, so that it may be retried on another replica. */
export const notExecutedKey = 'pareto-not-executed';
/** Trailer with the worker's load, in the text form of ORCA. */
export const loadKey = 'endpoint-load-metrics';

/** The part of a decision that the worker needs. */
export interface RoutedDecision {
  readonly decisionId: string;
  readonly replica: string;
  readonly variant: string;
  /** Measured accuracy of the variant. Undefined if unmeasured. */
  readonly accuracy: number | undefined;
  readonly coldStart: boolean;
  readonly degraded: boolean;
  /** Remaining part of the objective's latency when the router sent the query. */
  readonly latencyLeftMs: number;
}

export const encodeDecision = (decision: RoutedDecision): string => JSON.stringify(decision);

/** Throws `invalid-argument` if the text is not a decision. */
export function decodeDecision(text: string | undefined): RoutedDecision {
  try {
    const value = JSON.parse(text ?? '') as RoutedDecision;
    if (typeof value.replica === 'string' && typeof value.latencyLeftMs === 'number') return value;
  } catch {
    // A text that is not JSON gets the error below.
  }
  throw new ParetoError('invalid-argument', `metadata ${decisionKey} is not a router's decision`);
}

export interface ReplicaLoadReport {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Predicted time until a new item starts. */
  readonly backlogMs: number;
}

export const formatLoad = (load: ReplicaLoadReport): string =>
  `TEXT named_metrics.queued_items=${load.queuedItems},named_metrics.running_items=${load.runningItems},named_metrics.backlog_ms=${load.backlogMs}`;

const loadPattern =
  /^TEXT named_metrics\.queued_items=([\d.e+-]+),named_metrics\.running_items=([\d.e+-]+),named_metrics\.backlog_ms=([\d.e+-]+)$/;

/** Parses the load trailer. Undefined if it is missing or malformed. */
export function parseLoad(text: string | undefined): ReplicaLoadReport | undefined {
  const match = text === undefined ? null : loadPattern.exec(text);
  if (match === null) return undefined;
  return { queuedItems: Number(match[1]), runningItems: Number(match[2]), backlogMs: Number(match[3]) };
}
