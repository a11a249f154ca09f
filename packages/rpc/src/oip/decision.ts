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

/** Newest version of the text of a decision. Workers tell routers in each ping response which one they read. */
export const decisionVersion = 1;

const unmeasured = '-';

/**
 * Encodes a decision for a worker that reads texts up to `version`. Version 1 is `1 REPLICA VARIANT ACCURACY FLAGS
 * MICROSECONDS ID`, in which only the id may contain spaces. Version 0 is JSON.
 */
export function encodeDecision(decision: RoutedDecision, version: number): string {
  if (version < 1) return JSON.stringify(decision);
  const { replica, variant, accuracy = unmeasured, coldStart, degraded, decisionId } = decision;
  const latencyLeftUs = Math.round(decision.latencyLeftMs * 1000);
  return `1 ${replica} ${variant} ${accuracy} ${coldStart ? 1 : 0}${degraded ? 1 : 0} ${latencyLeftUs} ${decisionId}`;
}

const fixedForm = /^1 (\S+) (\S*) (\S+) ([01])([01]) (\d+) (.*)$/s;

/** Decodes a decision of any version. Throws `invalid-argument` if the text is not a decision. */
export function decodeDecision(text = ''): RoutedDecision {
  const decision = text.startsWith('{') ? readJson(text) : readFixedForm(text);
  if (decision !== undefined) return decision;
  throw new ParetoError('invalid-argument', `metadata ${decisionKey} is not a router's decision`);
}

function readFixedForm(text: string): RoutedDecision | undefined {
  const match = fixedForm.exec(text);
  if (match === null) return undefined;
  // By index, because the iterator of a destructuring pattern takes more memory than the match.
  const accuracy = match[3];
  return {
    decisionId: match[7] ?? '',
    replica: match[1] ?? '',
    variant: match[2] ?? '',
    accuracy: accuracy === unmeasured ? undefined : Number(accuracy),
    coldStart: match[4] === '1',
    degraded: match[5] === '1',
    latencyLeftMs: Number(match[6]) / 1000,
  };
}

function readJson(text: string): RoutedDecision | undefined {
  try {
    const value = JSON.parse(text) as RoutedDecision;
    return typeof value.replica === 'string' && typeof value.latencyLeftMs === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Load that a worker reports with each reply. */
export interface ReplyLoad {
  readonly load: ReplicaLoad;
  /** Time from the receipt of the request by the worker to its reply. */
  readonly tookMs: number;
}

/** Metrics of the load trailer, in their order. An older worker sends the first three. */
const metricNames = [
  'queued_items',
  'running_items',
  'backlog_ms',
  'item_ms',
  'typical',
  'slow',
  'interfered',
  'took_ms',
];

/** Formats the part of the load trailer that the replies to a batch have in common. */
export function formatReplicaLoad(load: ReplicaLoad): string {
  const { queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered } = load;
  const values = [queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered ? 1 : 0];
  return `TEXT ${values.map((value, index) => `named_metrics.${metricNames[index]}=${value}`).join()}`;
}

/** Completes the load trailer of one reply. */
export const formatReplyLoad = (replicaLoad: string, tookMs: number): string =>
  `${replicaLoad},named_metrics.took_ms=${tookMs}`;

/** Formats the load trailer. */
export const formatLoad = ({ load, tookMs }: ReplyLoad): string => formatReplyLoad(formatReplicaLoad(load), tookMs);

const [first, ...others] = metricNames.map((name) => `named_metrics\\.${name}=([\\d.e+-]+)`);
/** Matches the first three metrics, and all others or none. What a newer worker adds is ignored. */
const loadPattern = new RegExp(`^TEXT ${first},${others.slice(0, 2).join()}(?:,${others.slice(2).join()})?`);

/**
 * Parses the load trailer. Undefined if it is missing or malformed. Numbers that an older worker does not send are 0.
 */
export function parseLoad(text: string | undefined): ReplyLoad | undefined {
  const match = text === undefined ? null : loadPattern.exec(text);
  if (match === null) return undefined;
  const at = (index: number): number => Number(match[index] ?? 0);
  const [queuedItems, runningItems, backlogMs, itemMs] = [at(1), at(2), at(3), at(4)];
  const load = { queuedItems, runningItems, backlogMs, itemMs, typical: at(5), slow: at(6), interfered: at(7) === 1 };
  return { load, tookMs: at(8) };
}
