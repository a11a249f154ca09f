// What a client asks, and what that means by the table: its target, and its objective over the task's default.

import {
  fallbackObjective,
  ParetoError,
  milliseconds,
  parseTarget,
  resolveObjective,
  type Clock,
  type Milliseconds,
  type Objective,
  type PartialObjective,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';
import { preferenceOf, type Preference } from '@pareto/policy';
import type { ServerCall } from '@pareto/rpc';

/** One query, whichever service it came by. */
export interface ClientQuery {
  readonly target: string;
  /** Empty: the current one. */
  readonly version: string;
  /** Of the first input. */
  readonly shape: readonly number[];
  /** The encoded ModelInferRequest. */
  readonly body: Buffer;
  /** What the client asked for, the strongest source first. */
  readonly objectiveSources: readonly PartialObjective[];
  /** The protocol's own timeout, beside the call's deadline. */
  readonly timeoutMs: number | undefined;
  /** Sent on to the worker. */
  readonly traceparent: string | undefined;
  readonly call: ServerCall;
}

export interface ResolvedQuery {
  readonly table: RoutingTable;
  readonly entry: TargetEntry;
  readonly items: number;
  readonly objective: Objective;
  readonly preference: Preference;
}

/** Throws `unavailable` without a table, `not-found`, or `invalid-argument` on a name that is none. */
export function resolve(table: RoutingTable | undefined, query: ClientQuery): ResolvedQuery {
  const entry = findTarget(table, query.target, query.version);
  const [first] = query.shape;
  const items = entry.signature.batched && first !== undefined ? Math.max(1, first) : 1;
  return { table: requireTable(table), entry, items, ...objectiveFor(entry, query.objectiveSources) };
}

export function objectiveFor(
  entry: TargetEntry,
  objectiveSources: readonly PartialObjective[],
): { readonly objective: Objective; readonly preference: Preference } {
  const sources = [...objectiveSources, entry.defaultObjective];
  return { objective: resolveObjective(...sources, fallbackObjective), preference: preferenceOf(...sources) };
}

/** Throws `unavailable` while there is none. */
export function requireTable(table: RoutingTable | undefined): RoutingTable {
  if (table !== undefined) return table;
  throw noTable();
}

export const noTable = (): ParetoError =>
  new ParetoError('unavailable', 'this router has no routing table yet: no controller has answered; try again');

/** Undefined: the current one. Throws `invalid-argument` for what is no version. */
export function parseVersion(text: string): number | undefined {
  if (text === '') return undefined;
  const version = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (version > 0) return version;
  throw new ParetoError(
    'invalid-argument',
    `version ${JSON.stringify(text.slice(0, 100))} is not valid: expected a whole number above 0, or nothing for the current one`,
  );
}

export function findTarget(table: RoutingTable | undefined, name: string, version: string): TargetEntry {
  const wanted = parseVersion(version);
  const entry = requireTable(table).targets.get(name);
  if (entry === undefined) {
    if (name !== '') parseTarget(name);
    throw new ParetoError(
      'not-found',
      `no task, architecture or variant is named '${name}': RepositoryIndex and 'pareto get models' tell what there is`,
    );
  }
  if (wanted === undefined || wanted === servedVersion(entry)) return entry;
  throw new ParetoError(
    'not-found',
    `${entry.kind} '${name}' is served in version ${servedVersion(entry)}: '${version}' was asked for; leave it empty for the current one`,
  );
}

/** A task has version 1; of an architecture the one that its candidates have. */
export function servedVersion(entry: TargetEntry): number {
  if (entry.kind === 'task') return 1;
  return entry.candidates[0]?.version ?? entry.versions.at(-1) ?? 1;
}

/** The objective that admission goes by: its latency is no longer than the deadline leaves. */
export function admissionObjective(query: ClientQuery, { objective }: ResolvedQuery, clock: Clock): Objective {
  const remaining = remainingMs(query, clock);
  if (remaining === undefined) return objective;
  const deadlineMs = Math.round(remaining + clock.now() - query.call.receivedAt);
  return deadlineMs < objective.latencyMs ? { ...objective, latencyMs: milliseconds(deadlineMs) } : objective;
}

/** Until the earlier of the call's deadline and the protocol's timeout; undefined when neither was set. */
export function remainingMs({ call, timeoutMs }: ClientQuery, clock: Clock): Milliseconds | undefined {
  const remaining = call.remainingMs();
  if (timeoutMs === undefined) return remaining;
  const left = Math.max(0, call.receivedAt + timeoutMs - clock.now());
  return milliseconds(Math.min(remaining ?? Infinity, left));
}
