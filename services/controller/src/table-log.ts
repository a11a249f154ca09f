// The routing table's present rows and its recent changes: what a router must be sent to come from any version to this one.

import type { TableVersion } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { TableRows } from './table-rows.js';

export interface TableLog {
  readonly version: TableVersion;
  /** Takes new rows; a new revision when they differ. True when they do. */
  update(rows: TableRows): boolean;
  /** A snapshot for whoever has no version, or one that is not known here; else the changes; undefined: up to date. */
  since(version: TableVersion | undefined): wire.TableMessageInput | undefined;
}

interface Change {
  readonly revision: number;
  readonly keys: readonly string[];
}

/** Routers further behind get a snapshot. */
const keptChanges = 1_000;

export function createTableLog(epoch: string): TableLog {
  let rows: TableRows = new Map();
  let texts: ReadonlyMap<string, string> = new Map();
  let changes: readonly Change[] = [];
  let revision = 1;

  const delta = (from: number): wire.TableMessageInput => {
    const keys = new Set(changes.filter((change) => change.revision > from).flatMap((change) => change.keys));
    const present = [...keys].flatMap((key) => rows.get(key) ?? []);
    const removed = [...keys].filter((key) => !rows.has(key));
    return { epoch, revision, rows: present, removed };
  };

  return {
    get version() {
      return { epoch, revision };
    },
    update(next) {
      const nextTexts = new Map([...next].map(([key, row]) => [key, JSON.stringify(row)]));
      const keys = changedKeys(texts, nextTexts);
      if (keys.length === 0) return false;
      revision += 1;
      rows = next;
      texts = nextTexts;
      changes = [...changes, { revision, keys }].slice(-keptChanges);
      return true;
    },
    since(version) {
      if (version?.epoch === epoch && version.revision === revision) return undefined;
      const oldest = (changes[0]?.revision ?? revision + 1) - 1;
      const known = version?.epoch === epoch && version.revision >= oldest && version.revision < revision;
      return known ? delta(version.revision) : { epoch, revision, snapshot: true, rows: [...rows.values()] };
    },
  };
}

function changedKeys(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const changed = [...after].filter(([key, text]) => before.get(key) !== text).map(([key]) => key);
  const removed = [...before.keys()].filter((key) => !after.has(key));
  return [...changed, ...removed];
}
