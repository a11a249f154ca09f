// Implements ModelStatistics: fetches the cluster's counts from the leader and sums them by model.

import { architectureNameOf, ParetoError, type Clock, type RoutingTable, type TargetEntry } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ServerCall } from '@pareto/rpc';
import { findTarget, parseVersion, requireTable, versionOf } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import { listModels } from './model-state.js';
import { sumStatistics, type ReceivedStatistics } from './sum-statistics.js';

export type StatisticsHandler = (
  request: wire.ModelStatisticsRequest,
  call: ServerCall,
) => Promise<wire.ModelStatisticsResponseInput>;

/** Maximum time to wait for the leader; the caller's deadline may be earlier. */
const maxWaitMs = 3_000;
/** Fraction of the caller's remaining time that is kept for replying from the cache. */
const reservedShare = 0.2;

export function createStatistics({ tables, controller, clock }: RouterContext): StatisticsHandler {
  const cache = createStatisticsCache(clock);

  async function fetch(variants: readonly string[], call: ServerCall): Promise<readonly ReceivedStatistics[]> {
    const timeoutMs = Math.min(maxWaitMs, (call.remainingMs() ?? Infinity) * (1 - reservedShare));
    try {
      const rows = await controller.statistics(variants, { signal: call.signal, timeoutMs });
      return cache.store(variants, rows);
    } catch (error) {
      const isAway =
        error instanceof ParetoError && (error.code === 'unavailable' || error.code === 'deadline-exceeded');
      const cached = isAway && !call.signal.aborted ? cache.get(variants) : undefined;
      if (cached !== undefined) return cached;
      if (!isAway) throw error;
      const message = `no controller returned statistics, and none are cached: ${error.message}`;
      throw new ParetoError('unavailable', message, { cause: error });
    }
  }

  return async ({ name, version }, call) => {
    parseVersion(version);
    const table = requireTable(tables.table);
    const entries = name === '' ? listModels(table) : [findModel(table, name, version)];
    const variants = name === '' ? [] : variantsOf(entries);
    const rows = name !== '' && variants.length === 0 ? [] : await fetch(variants, call);
    return { modelStats: entries.map((entry) => sumStatistics(entry, rowsOf(entry, table, rows), clock)) };
  };
}

/** Throws `invalid-argument` for an unknown model, as the protocol's reference server does in this call. */
function findModel(table: RoutingTable, name: string, version: string): TargetEntry {
  try {
    return findTarget(table, name, version);
  } catch (error) {
    if (!(error instanceof ParetoError) || error.code !== 'not-found') throw error;
    throw new ParetoError('invalid-argument', error.message, { cause: error });
  }
}

const variantsOf = (entries: readonly TargetEntry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ candidates }) => candidates.map(({ variant }) => variant))),
];

/** Returns the rows of a task over all versions, or those of the served version of an architecture or variant. */
function rowsOf(
  entry: TargetEntry,
  table: RoutingTable,
  rows: readonly ReceivedStatistics[],
): readonly ReceivedStatistics[] {
  const version = versionOf(entry);
  return rows.filter((row) => {
    if (entry.kind === 'variant') return row.variant === entry.name && row.version === version;
    const architecture = architectureNameOf(row.variant);
    if (entry.kind === 'architecture') return architecture === entry.name && row.version === version;
    return table.targets.get(architecture)?.task === entry.name;
  });
}

interface StatisticsCache {
  store(variants: readonly string[], rows: readonly wire.VariantStatistics[]): readonly ReceivedStatistics[];
  /** Returns the rows of the variants, or of all if the list is empty. Undefined if a row was never received. */
  get(variants: readonly string[]): readonly ReceivedStatistics[] | undefined;
}

function createStatisticsCache(clock: Clock): StatisticsCache {
  const byKey = new Map<string, ReceivedStatistics>();
  const cachedVariants = new Set<string>();
  let hasAll = false;
  return {
    store(variants, rows) {
      const received = rows.map((row) => ({ ...row, fetchedAt: clock.now() }));
      for (const row of received) byKey.set(`${row.variant} ${row.version}`, row);
      for (const variant of variants) cachedVariants.add(variant);
      hasAll ||= variants.length === 0;
      return received;
    },
    get(variants) {
      if (!hasAll && (variants.length === 0 || !variants.every((variant) => cachedVariants.has(variant))))
        return undefined;
      const requested = new Set(variants);
      return [...byKey.values()].filter(({ variant }) => variants.length === 0 || requested.has(variant));
    },
  };
}
