// The rows of the routing table and its recent changes. Computes the message that brings a router up to date.

import type { TableVersion } from '@pareto/core';
import { encodedOnce, type wire } from '@pareto/rpc';
import type { TableRows } from './table-rows.js';

export interface TableLog {
  readonly version: TableVersion;
  /** Set if no rows were set yet. */
  readonly isEmpty: boolean;
  /** Sets the rows. Returns true if they differ or the epoch is new, which makes a new revision. */
  update(rows: TableRows): boolean;
  /**
   * Returns the changes since a version, or a snapshot if the version is undefined or unknown. Undefined if it is up to
   * date.
   */
  since(version: TableVersion | undefined): wire.TableMessageInput | undefined;
}

interface Change {
  readonly revision: number;
  readonly keys: readonly string[];
}

/**
 * Maximum number of revisions in the log. Routers further behind get a snapshot, as do routers for which more rows
 * changed than the table has.
 */
const maxChanges = 1_000;

/** Creates an empty log. `epochOf` returns the current epoch. Revisions of an earlier epoch are unknown. */
export function createTableLog(epochOf: () => string): TableLog {
  let epoch = epochOf();
  let rows: TableRows | undefined;
  let changes: readonly Change[] = [];
  let revision = 1;
  /**
   * Cache of the messages that lead to the current revision, by the revision that they start from (0: a snapshot),
   * because many routers need the same message.
   */
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

/** Returns the latest changes that have at most `maxKeys` keys together. */
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
