// The metadata of a query between router and worker: the router's decision, and the worker's load.

import { ParetoError, type ReplicaLoad } from '@pareto/core';

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

/** Load that a worker reports with each reply. */
export interface ReplyLoad {
  readonly load: ReplicaLoad;
  /** Time from the receipt of the request by the worker to its reply. */
  readonly tookMs: number;
}

/** Formats the load trailer. */
export function formatLoad({ load, tookMs }: ReplyLoad): string {
  const metrics = [
    `queued_items=${load.queuedItems}`,
    `running_items=${load.runningItems}`,
    `backlog_ms=${load.backlogMs}`,
    `item_ms=${load.itemMs}`,
    `typical=${load.typical}`,
    `slow=${load.slow}`,
    `interfered=${load.interfered ? 1 : 0}`,
    `took_ms=${tookMs}`,
  ];
  return `TEXT ${metrics.map((metric) => `named_metrics.${metric}`).join()}`;
}

const metricPattern = /named_metrics\.([a-z_]+)=([\d.e+-]+)/g;

/**
 * Parses the load trailer. Undefined if it is missing or malformed. Numbers that an older worker does not send are 0.
 */
export function parseLoad(text: string | undefined): ReplyLoad | undefined {
  if (text?.startsWith('TEXT named_metrics.') !== true) return undefined;
  const metrics = new Map(Array.from(text.matchAll(metricPattern), ([, name, value]) => [name, Number(value)]));
  const [queuedItems, runningItems, backlogMs] = ['queued_items', 'running_items', 'backlog_ms'].map((name) =>
    metrics.get(name),
  );
  if (queuedItems === undefined || runningItems === undefined || backlogMs === undefined) return undefined;
  const number = (name: string): number => metrics.get(name) ?? 0;
  const corrections = { itemMs: number('item_ms'), typical: number('typical'), slow: number('slow') };
  const interfered = number('interfered') === 1;
  return { load: { queuedItems, runningItems, backlogMs, ...corrections, interfered }, tookMs: number('took_ms') };
}
