// The rows of the routing table and its recent changes. Computes the message that brings a router up to date.

import type { TableVersion } from '@pareto/core';
import { encodedOnce, type wire } from '@pareto/protocol';
import type { TableRows } from './table-rows.js';

export interface TableLog {
  readonly version: TableVersion;
  /** Set if no rows were set yet. */
  readonly isEmpty: boolean;
  /**
   * Sets the rows. Returns true if they differ or the epoch is new, which makes a new revision. A list that is the same
   * object as before costs nothing.
   */
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
  /** The rows as they were set last. Undefined before the first time. */
  let latestRows: TableRows | undefined;
  const rows = new Map<string, wire.TableRowInput>();
  let changes: readonly Change[] = [];
  let revision = 1;
  /**
   * Cache of the messages that lead to the current revision, by the revision that they start from (0: a snapshot),
   * because many routers need the same message.
   */
  const messages = new Map<number, wire.TableMessageInput>();

  const snapshot = (): wire.TableMessageInput => ({
    ...{ epoch, revision, snapshot: true },
    rows: [...rows.values()],
  });
  const delta = (from: number): wire.TableMessageInput => {
    const keys = new Set(changes.filter((change) => change.revision > from).flatMap((change) => change.keys));
    const changed = [...keys].flatMap((key) => rows.get(key) ?? []);
    const removed = [...keys].filter((key) => !rows.has(key));
    return { epoch, revision, rows: changed, removed };
  };

  return {
    get version() {
      return { epoch, revision };
    },
    get isEmpty() {
      return latestRows === undefined;
    },
    update(next) {
      const isNewEpoch = epochOf() !== epoch;
      const keys = applyRows(rows, latestRows ?? new Map(), next);
      latestRows = next;
      if (keys.length === 0 && !isNewEpoch) return false;
      revision += 1;
      epoch = epochOf();
      messages.clear();
      changes = isNewEpoch ? [] : latest([...changes, { revision, keys }], Math.max(maxChanges, rows.size));
      return true;
    },
    since(version) {
      if (version?.epoch === epoch && version.revision === revision) return undefined;
      const oldest = (changes[0]?.revision ?? revision + 1) - 1;
      const isKnown = version?.epoch === epoch && version.revision >= oldest && version.revision < revision;
      const from = isKnown ? version.revision : 0;
      const message = messages.get(from) ?? inParts(isKnown ? delta(from) : snapshot());
      messages.set(from, message);
      return message;
    },
  };
}

/** Marks a message, so that it is encoded once for all routers, and each of its rows once for all messages. */
function inParts(message: wire.TableMessageInput): wire.TableMessageInput {
  const { rows: all = [], ...head } = message;
  return encodedOnce(message, [head, ...all.map(partOf)]);
}

const parts = new WeakMap<wire.TableRowInput, wire.TableMessageInput>();

function partOf(row: wire.TableRowInput): wire.TableMessageInput {
  const part = parts.get(row) ?? encodedOnce({ rows: [row] });
  parts.set(row, part);
  return part;
}

/** Returns the latest changes that have at most `maxKeys` keys together. */
function latest(changes: readonly Change[], maxKeys: number): readonly Change[] {
  let left = maxKeys;
  const tooOld = changes.findLastIndex(({ keys }) => (left -= keys.length) < 0);
  return changes.slice(Math.max(tooOld + 1, changes.length - maxChanges));
}

/** Brings `rows` from one list of rows to the next. Returns the keys of the rows that changed or are gone. */
function applyRows(rows: Map<string, wire.TableRowInput>, before: TableRows, after: TableRows): readonly string[] {
  const gone = new Set<string>();
  for (const [name, own] of before) {
    if (after.get(name) === own) continue;
    for (const { key = '' } of own) gone.add(key);
  }
  const changed: string[] = [];
  for (const [name, own] of after) {
    if (before.get(name) === own) continue;
    for (const row of own) {
      const { key = '' } = row;
      gone.delete(key);
      const known = rows.get(key);
      if (known === row) continue;
      rows.set(key, row);
      if (!isSame(known, row)) changed.push(key);
    }
  }
  for (const key of gone) rows.delete(key);
  return [...changed, ...gone];
}

const isSame = (before: wire.TableRowInput | undefined, after: wire.TableRowInput): boolean =>
  before !== undefined && textOf(before) === textOf(after);

const texts = new WeakMap<wire.TableRowInput, string>();

function textOf(row: wire.TableRowInput): string {
  const text = texts.get(row) ?? JSON.stringify(row);
  texts.set(row, text);
  return text;
}
