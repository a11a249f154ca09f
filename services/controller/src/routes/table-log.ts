// The routing table's present rows and its recent changes: what a router must be sent to come from any version to this one.

import type { TableVersion } from '@pareto/core';
import { encodedOnce, type wire } from '@pareto/rpc';
import type { TableRows } from './table-rows.js';

export interface TableLog {
  readonly version: TableVersion;
  /** No rows were ever taken. */
  readonly isEmpty: boolean;
  /** Takes new rows; a new revision when they differ. True when they do. */
  update(rows: TableRows): boolean;
  /** A snapshot for whoever has no version, or one that is not known here; else the changes; undefined: up to date. */
  since(version: TableVersion | undefined): wire.TableMessageInput | undefined;
}

interface Change {
  readonly revision: number;
  readonly keys: readonly string[];
}

/** Routers further behind get a snapshot; and so do those to whom more rows would go than there are. */
const maxChanges = 1_000;

/** `epochOf` tells the present epoch; in another one than before, revisions of before say nothing. */
export function createTableLog(epochOf: () => string): TableLog {
  let epoch = epochOf();
  let rows: TableRows | undefined;
  let changes: readonly Change[] = [];
  let revision = 1;
  /** What leads to the present revision, by where it begins; 0: a snapshot. Many routers are sent the same. */
  const messages = new Map<number, wire.TableMessageInput>();

  const snapshot = (present: TableRows): wire.TableMessageInput => ({
    ...{ epoch, revision, snapshot: true },
    rows: [...present.values()],
  });
  const delta = (present: TableRows, from: number): wire.TableMessageInput => {
    const keys = new Set(changes.filter((change) => change.revision > from).flatMap((change) => change.keys));
    const changed = [...keys].flatMap((key) => present.get(key) ?? []);
    const removed = [...keys].filter((key) => !present.has(key));
    return { epoch, revision, rows: changed, removed };
  };

  return {
    get version() {
      return { epoch, revision };
    },
    get isEmpty() {
      return rows === undefined;
    },
    update(next) {
      const isNewEpoch = epochOf() !== epoch;
      const keys = changedKeys(rows ?? new Map(), next);
      rows = next;
      if (keys.length === 0 && !isNewEpoch) return false;
      revision += 1;
      epoch = epochOf();
      messages.clear();
      changes = isNewEpoch ? [] : latest([...changes, { revision, keys }], Math.max(maxChanges, next.size));
      return true;
    },
    since(version) {
      if (version?.epoch === epoch && version.revision === revision) return undefined;
      const oldest = (changes[0]?.revision ?? revision + 1) - 1;
      const isKnown = version?.epoch === epoch && version.revision >= oldest && version.revision < revision;
      const present: TableRows = rows ?? new Map();
      const from = isKnown ? version.revision : 0;
      const message = messages.get(from) ?? encodedOnce(isKnown ? delta(present, from) : snapshot(present));
      messages.set(from, message);
      return message;
    },
  };
}

/** The last of them, with no more keys than that. */
function latest(changes: readonly Change[], maxKeys: number): readonly Change[] {
  let left = maxKeys;
  const tooOld = changes.findLastIndex(({ keys }) => (left -= keys.length) < 0);
  return changes.slice(Math.max(tooOld + 1, changes.length - maxChanges));
}

function changedKeys(before: TableRows, after: TableRows): readonly string[] {
  const changed = [...after].filter(([key, row]) => !isSame(before.get(key), row)).map(([key]) => key);
  const removed = [...before.keys()].filter((key) => !after.has(key));
  return [...changed, ...removed];
}

function isSame(before: wire.TableRowInput | undefined, after: wire.TableRowInput): boolean {
  return before === after || (before !== undefined && textOf(before) === textOf(after));
}

const texts = new WeakMap<wire.TableRowInput, string>();

function textOf(row: wire.TableRowInput): string {
  const text = texts.get(row) ?? JSON.stringify(row);
  texts.set(row, text);
  return text;
}
