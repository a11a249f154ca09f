// Resolves a client's query with the routing table: the target, and the objective completed by the task's default.

import {
  dynamicShapes,
  mergeObjectives,
  ParetoError,
  parseTarget,
  resolveObjective,
  type PartialObjective,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';
import { objectiveClass, type TargetQuery } from '@pareto/policy';
import type { Payload, ScannedRequest } from '@pareto/protocol';
import type { ServerCall } from '@pareto/rpc';
import { noObjective } from './read-objective.js';

/** A query of a client, in a form that does not depend on the API that received it. */
export interface ClientQuery {
  readonly target: string;
  /** Requested version. Empty for the current one. */
  readonly version: string;
  /** The encoded ModelInferRequest. */
  readonly payload: Payload;
  /** The fields of the payload. */
  readonly request: ScannedRequest;
  readonly objectives: StatedObjectives;
  /** The protocol's priority parameter: 1 is the most urgent. Infinite if there is none. */
  readonly priority: number;
  /** The protocol's timeout parameter. It applies in addition to the call's deadline. */
  readonly timeoutMs: number | undefined;
  readonly call: ServerCall;
}

type ResolvedObjective = Pick<ResolvedQuery, 'objective' | 'objectiveClass' | 'stated'>;

export interface ResolvedQuery extends TargetQuery {
  readonly table: RoutingTable;
  /** Objective of the client, completed by that of the target. Fields that neither sets are undefined. */
  readonly stated: PartialObjective;
}

/**
 * Throws `unavailable` without a table, `not-found` for an unknown target, and `invalid-argument` for a malformed name.
 */
export function resolve(table: RoutingTable | undefined, query: ClientQuery): ResolvedQuery {
  const entry = findTarget(table, query.target, query.version);
  const { inputs } = query.request;
  const first = inputs[0]?.shape[0];
  const items = entry.signature.batched && first !== undefined ? Math.max(1, first) : 1;
  const shapes = hasBuckets(entry) ? dynamicShapes(entry.signature, inputs) : undefined;
  return { table: requireTable(table), entry, items, shapes, ...query.objectives.resolveFor(entry) };
}

const bucketed = new WeakMap<TargetEntry, boolean>();

/** Returns whether some profile of the target depends on the shapes of inputs. */
function hasBuckets(entry: TargetEntry): boolean {
  let known = bucketed.get(entry);
  if (known === undefined) {
    known = entry.candidates.some(({ profile }) => profile?.buckets !== undefined);
    bucketed.set(entry, known);
  }
  return known;
}

const defaults = new WeakMap<TargetEntry, ResolvedObjective>();

/** Objectives that a client set. Equal requests have the same, which are resolved once for their target. */
export class StatedObjectives {
  readonly #sources: readonly PartialObjective[];
  #entry: TargetEntry | undefined;
  #resolved: ResolvedObjective | undefined;

  /** `sources` are in order of precedence. */
  constructor(...sources: readonly PartialObjective[]) {
    this.#sources = sources;
  }

  /** Returns the objective of a query, by that of the target where the client states none. */
  resolveFor(entry: TargetEntry): ResolvedObjective {
    if (this.#resolved === undefined || this.#entry !== entry) {
      this.#resolved = this.#resolve(entry);
      this.#entry = entry;
    }
    return this.#resolved;
  }

  #resolve(entry: TargetEntry): ResolvedObjective {
    if (this.#sources.some((source) => source !== noObjective))
      return resolveSources(...this.#sources, entry.defaultObjective);
    let known = defaults.get(entry);
    if (known === undefined) {
      known = resolveSources(entry.defaultObjective);
      defaults.set(entry, known);
    }
    return known;
  }
}

function resolveSources(...sources: readonly PartialObjective[]): ResolvedObjective {
  const stated = mergeObjectives(...sources);
  const objective = resolveObjective(stated);
  return { objective, objectiveClass: objectiveClass(objective), stated };
}

/** Throws `unavailable` if there is no table. */
export function requireTable(table: RoutingTable | undefined): RoutingTable {
  if (table !== undefined) return table;
  throw noTable();
}

export const noTable = (): ParetoError =>
  new ParetoError('unavailable', 'this router has no routing table yet: no controller has responded; retry');

/**
 * Returns undefined for an empty text, which means the current version. Throws `invalid-argument` if it is malformed.
 */
export function parseVersion(text: string): number | undefined {
  if (text === '') return undefined;
  const version = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (version > 0) return version;
  throw new ParetoError(
    'invalid-argument',
    `version ${JSON.stringify(text.slice(0, 100))} is not valid: expected a positive integer, or an empty text for the current version`,
  );
}

export function findTarget(table: RoutingTable | undefined, name: string, version: string): TargetEntry {
  const requested = parseVersion(version);
  const entry = requireTable(table).targets.get(name);
  if (entry === undefined) {
    if (name !== '') parseTarget(name);
    throw new ParetoError(
      'not-found',
      `no task, architecture or variant is named '${name}'; list the models with RepositoryIndex or 'pareto get models'`,
    );
  }
  if (requested === undefined || requested === versionOf(entry)) return entry;
  throw new ParetoError(
    'not-found',
    `${entry.kind} '${name}' is served in version ${versionOf(entry)}, not in '${version}'; leave the version empty for the current one`,
  );
}

/** Returns 1 for a task, and the version of the candidates for an architecture or variant. */
export function versionOf(entry: TargetEntry): number {
  if (entry.kind === 'task') return 1;
  return entry.candidates[0]?.version ?? entry.versions.at(-1) ?? 1;
}
