// The books of one planning: what each worker holds and has left, and the actions decided so far.

import { replicaId, type HardwareClassId, type Plan, type PlanAction, type VariantId } from '@pareto/core';
import { compareText, memoryBound, type Option, type OptionsByVariant } from './options.js';
import type {
  PlacementParams,
  PlacementReplica,
  PlacementSnapshot,
  PlacementVariant,
  PlacementWorker,
} from './snapshot.js';

/** A replica on the books: one that exists, or (without `existing`) one that this plan loads. */
export interface Entry {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly worker: WorkerBook;
  readonly memoryBytes: number;
  readonly existing: PlacementReplica | undefined;
  /** It is leaving: draining already, or unloaded by this plan. */
  leaving: boolean;
  /** A need counts on it. */
  kept: boolean;
}

export interface WorkerBook {
  readonly worker: PlacementWorker;
  /** Replicas on it. */
  readonly entries: readonly Entry[];
  /** It may be given replicas. */
  readonly open: boolean;
  /** Bytes free now; negative when promised to a load that waits. */
  free: number;
  /** Bytes free once what leaves has left. */
  soon: number;
  /** An order to measure is out or planned. */
  measuring: boolean;
}

export interface Ledger {
  readonly workers: readonly WorkerBook[];
  readonly entries: readonly Entry[];
  /** Replicas of a variant, of any version. */
  entriesOf(variant: VariantId): readonly Entry[];
  load(option: Option, worker: WorkerBook, reason: string): Entry;
  unload(entry: Entry, reason: string): void;
  measure(variant: PlacementVariant, hardwareClass: HardwareClassId, worker: WorkerBook, memoryBytes: number): void;
  /** Sets memory aside on a worker for a load that must wait until others have left. */
  promise(worker: WorkerBook, memoryBytes: number): void;
  unmet(variant: VariantId, reason: string): void;
  plan(): Plan;
}

export function createLedger(snapshot: PlacementSnapshot, options: OptionsByVariant, params: PlacementParams): Ledger {
  const workers = openBooks(snapshot, params);
  const books = new Map(workers.map((book) => [book.worker.info.id, book]));
  const entries: Entry[] = [];
  const byVariant = new Map<VariantId, Entry[]>();
  const actions: PlanAction[] = [];
  const unmet: { readonly variant: VariantId; readonly reason: string }[] = [];
  const enter = (entry: Entry, book: OpenBook): Entry => {
    entries.push(entry);
    book.entries.push(entry);
    const own = byVariant.get(entry.variant);
    if (own === undefined) byVariant.set(entry.variant, [entry]);
    else own.push(entry);
    return entry;
  };
  // A replica of a worker that nobody knows is left out.
  for (const replica of snapshot.replicas) {
    const book = books.get(replica.assignment.worker);
    if (book !== undefined) enter(bookReplica(replica, book, options), book);
  }
  return {
    workers,
    entries,
    entriesOf: (variant) => byVariant.get(variant) ?? [],
    load(option, worker, reason) {
      const { id: variant, version } = option.variant.variant;
      const { hardwareClass, memoryBytes } = option;
      const { id } = worker.worker.info;
      const replica = replicaId(`${snapshot.planId}-${actions.length}`);
      actions.push({ kind: 'load', assignment: { replica, variant, version, worker: id, hardwareClass }, reason });
      worker.free -= memoryBytes;
      worker.soon -= memoryBytes;
      const fresh = { existing: undefined, leaving: false, kept: false };
      const entry: Entry = { variant, version, hardwareClass, worker, memoryBytes, ...fresh };
      const book = books.get(id);
      return book === undefined ? entry : enter(entry, book);
    },
    unload(entry, reason) {
      if (entry.leaving || entry.existing === undefined) return;
      entry.leaving = true;
      entry.worker.soon += entry.memoryBytes;
      actions.push({ kind: 'unload', assignment: entry.existing.assignment, reason });
    },
    measure(variant, hardwareClass, worker, memoryBytes) {
      const { id, version } = variant.variant;
      const reason = 'not measured on this hardware class yet';
      actions.push({ kind: 'measure', variant: id, version, hardwareClass, worker: worker.worker.info.id, reason });
      worker.measuring = true;
      this.promise(worker, memoryBytes);
    },
    promise(worker, memoryBytes) {
      worker.free -= memoryBytes;
      worker.soon -= memoryBytes;
    },
    unmet: (variant, reason) => void unmet.push({ variant, reason }),
    plan: () => ({ actions, unmet, waiting: [] }),
  };
}

interface OpenBook extends WorkerBook {
  readonly entries: Entry[];
}

function openBooks(snapshot: PlacementSnapshot, params: PlacementParams): readonly OpenBook[] {
  const variants = new Map(snapshot.variants.map((variant) => [variant.variant.id, variant]));
  return snapshot.workers
    .toSorted((a, b) => compareText(a.info.id, b.info.id))
    .map((worker) => {
      const measured = worker.measuring === undefined ? undefined : variants.get(worker.measuring);
      const free = worker.info.memoryBytes - (measured === undefined ? 0 : memoryBound(measured, params));
      const open = worker.presence === 'connected' && !worker.draining;
      return { worker, entries: [], open, free, soon: free, measuring: worker.measuring !== undefined };
    });
}

/** A replica that exists, and the memory that it takes. */
function bookReplica(replica: PlacementReplica, worker: WorkerBook, options: OptionsByVariant): Entry {
  const { variant, version, hardwareClass } = replica.assignment;
  const known = options.get(variant)?.find((option) => option.hardwareClass === hardwareClass)?.memoryBytes ?? 0;
  // A replica that failed has given its memory back.
  const memoryBytes = Math.max(replica.memoryBytes, replica.state === 'failed' ? 0 : known);
  const leaving = replica.state === 'draining';
  worker.free -= memoryBytes;
  worker.soon -= leaving ? 0 : memoryBytes;
  return { variant, version, hardwareClass, worker, memoryBytes, existing: replica, leaving, kept: false };
}
