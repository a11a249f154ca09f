// The metadata of a query between router and worker: the router's decision, and the worker's load.

import { ParetoError, type ReplicaLoad } from '@pareto/core';
import { parseDigits } from './digits.js';

/** Prefix of metadata between routers and workers. Routers remove such metadata from clients' calls. */
export const internalPrefix = 'pareto-internal-';
export const tokenKey: string = `${internalPrefix}token`;
export const decisionKey: string = `${internalPrefix}decision`;
/** Trailer of an error if the query did not reach an executor, so that it may be retried on another replica. */
export const notExecutedKey = 'pareto-not-executed';
/** Trailer of an error if the query was refused by its replica, which could not meet its objective. */
export const lateKey = 'pareto-late';
/** Trailer with the worker's load, in the text form of ORCA. */
export const loadKey = 'endpoint-load-metrics';

/** The part of a decision that the worker needs. */
export interface RoutedDecision {
  readonly decisionId: string;
  readonly replica: string;
  readonly variant: string;
  /** Measured accuracy of the variant. Undefined if unmeasured. */
  readonly accuracy: number | undefined;
  /** Estimate that was compared with the cost ceiling, in USD per 1,000 answers. Undefined if there is none. */
  readonly costPer1k: number | undefined;
  readonly coldStart: boolean;
  readonly degraded: boolean;
  /** Remaining part of the objective's latency when the router sent the query. */
  readonly latencyLeftMs: number;
}

/** Newest version of the text of a decision. Workers tell routers in each ping response which one they read. */
export const decisionVersion = 2;

const unknown = '-';

/**
 * Encodes a decision for a worker that reads texts up to `version`. Version 2 is `2 REPLICA VARIANT ACCURACY COST FLAGS
 * MICROSECONDS ID`, in which only the id may contain spaces. Version 1 has no cost. Version 0 is JSON.
 */
export function encodeDecision(decision: RoutedDecision, version: number): string {
  if (version < 1) return JSON.stringify(decision);
  const { replica, variant, accuracy = unknown, costPer1k = unknown, coldStart, degraded, decisionId } = decision;
  const latencyLeftUs = Math.round(decision.latencyLeftMs * 1000);
  const rest = `${coldStart ? 1 : 0}${degraded ? 1 : 0} ${latencyLeftUs} ${decisionId}`;
  return version < 2
    ? `1 ${replica} ${variant} ${accuracy} ${rest}`
    : `2 ${replica} ${variant} ${accuracy} ${costPer1k} ${rest}`;
}

/** Decodes a decision of any version. Throws `invalid-argument` if the text is not a decision. */
export function decodeDecision(text = ''): RoutedDecision {
  const decision = text.startsWith('{') ? readJson(text) : readFixedForm(text);
  if (decision !== undefined) return decision;
  throw new ParetoError('invalid-argument', `metadata ${decisionKey} is not a router's decision`);
}

/** Reads the text without a regular expression, whose match takes several times as much memory as the result. */
function readFixedForm(text: string): RoutedDecision | undefined {
  const replicaAt = 2;
  const variantAt = text.indexOf(' ', replicaAt) + 1;
  const accuracyAt = text.indexOf(' ', variantAt) + 1;
  const accuracyEnd = text.indexOf(' ', accuracyAt);
  const hasCost = text.startsWith('2 ');
  const costEnd = hasCost ? text.indexOf(' ', accuracyEnd + 1) : accuracyEnd;
  const flagsAt = costEnd + 1;
  const latencyAt = flagsAt + 3;
  const idAt = text.indexOf(' ', latencyAt) + 1;
  const latencyLeftUs = parseDigits(text, latencyAt, idAt - 1);
  const coldStart = flagOf(text[flagsAt]);
  const degraded = flagOf(text[flagsAt + 1]);
  const isWhole =
    (hasCost || text.startsWith('1 ')) &&
    text[latencyAt - 1] === ' ' &&
    variantAt > replicaAt + 1 &&
    accuracyEnd > accuracyAt &&
    costEnd >= accuracyEnd;
  if (!isWhole || latencyLeftUs === undefined || coldStart === undefined || degraded === undefined) return undefined;
  return {
    decisionId: text.slice(idAt),
    replica: text.slice(replicaAt, variantAt - 1),
    variant: text.slice(variantAt, accuracyAt - 1),
    accuracy: numberOf(text.slice(accuracyAt, accuracyEnd)),
    costPer1k: hasCost ? numberOf(text.slice(accuracyEnd + 1, costEnd)) : undefined,
    coldStart,
    degraded,
    latencyLeftMs: latencyLeftUs / 1000,
  };
}

const numberOf = (text: string): number | undefined => (text === unknown ? undefined : Number(text));

const flagOf = (text: string | undefined): boolean | undefined =>
  text === '1' ? true : text === '0' ? false : undefined;

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

/** Texts before the values. */
const metricStarts = metricNames.map((name, index) => `${index === 0 ? 'TEXT ' : ''}named_metrics.${name}=`);

/** The load that was formatted last. The replies to a batch have the same. */
let lastLoad: ReplicaLoad | undefined;
let lastText = '';

function formatReplicaLoad(load: ReplicaLoad): string {
  if (load === lastLoad) return lastText;
  const { queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered } = load;
  const values = [queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered ? 1 : 0];
  lastLoad = load;
  lastText = values.map((value, index) => `${metricStarts[index]}${rounded(value)}`).join();
  return lastText;
}

/** Rounds to a millionth, whose few digits are formatted and parsed sooner, unless the value is small. */
const rounded = (value: number): number => (value < 0.001 ? value : Math.round(value * 1e6) / 1e6);

/** Formats the load trailer, with the time in whole microseconds. */
export const formatLoad = ({ load, tookMs }: ReplyLoad): string =>
  `${formatReplicaLoad(load)},named_metrics.took_ms=${Math.round(tookMs * 1000) / 1000}`;

/** The numbers of the last text that was parsed. */
const metricValues = new Float64Array(metricStarts.length);
/** Number of metrics that every worker sends. */
const commonMetrics = 3;
/** The text before the time of the reply that was parsed last, and its load. The replies to a batch have the same. */
let parsedText = '';
let parsedLoad: ReplicaLoad | undefined;

/**
 * Parses the load trailer. Undefined if it is missing or malformed. Numbers that an older worker does not send are 0, and
 * what a newer one adds is ignored.
 */
export function parseLoad(text = ''): ReplyLoad | undefined {
  if (parsedLoad !== undefined && text.startsWith(parsedText)) {
    const tookMs = parseMetric(text, parsedText.length);
    if (tookMs !== undefined) return { load: parsedLoad, tookMs };
  }
  let count = 0;
  let tookAt = 0;
  for (let at = 0; count < metricStarts.length; count++) {
    const start = metricStarts[count] ?? '';
    if (!text.startsWith(start, at)) break;
    tookAt = at + start.length;
    const value = parseMetric(text, tookAt);
    if (value === undefined) break;
    metricValues[count] = value;
    const comma = text.indexOf(',', tookAt);
    at = comma < 0 ? text.length + 1 : comma + 1;
  }
  if (count < commonMetrics) return undefined;
  if (count < metricStarts.length) metricValues.fill(0, commonMetrics);
  // By index, because the iterator of an array pattern takes more memory than the numbers.
  const { 0: queuedItems = 0, 1: runningItems = 0, 2: backlogMs = 0, 3: itemMs = 0 } = metricValues;
  const { 4: typical = 0, 5: slow = 0, 6: interfered = 0, 7: tookMs = 0 } = metricValues;
  const load = { queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered: interfered === 1 };
  if (count === metricStarts.length) {
    parsedText = text.slice(0, tookAt);
    parsedLoad = load;
  }
  return { load, tookMs };
}

/** Parses the number before the next comma, or before the end. Undefined if there is none. */
function parseMetric(text: string, from: number): number | undefined {
  const comma = text.indexOf(',', from);
  const to = comma < 0 ? text.length : comma;
  const value = Number(text.slice(from, to));
  return from === to || !Number.isFinite(value) ? undefined : value;
}
