// The rows of the routing table as the controller sends them: a snapshot, then changes.

import type { TableVersion } from '@pareto/core';
import type { wire } from '@pareto/rpc';

export interface TableRows {
  /** Of what was applied last; undefined before the first snapshot. */
  readonly version: TableVersion | undefined;
  readonly rows: ReadonlyMap<string, wire.TableRow>;
  /** True when the message changed anything. */
  apply(message: wire.TableMessage): boolean;
}

export function createTableRows(): TableRows {
  const rows = new Map<string, wire.TableRow>();
  let version: TableVersion | undefined;
  return {
    rows,
    get version() {
      return version;
    },
    apply(message) {
      if (message.heartbeat) return false;
      if (message.snapshot) rows.clear();
      for (const key of message.removed) rows.delete(key);
      for (const row of message.rows) rows.set(row.key, row);
      version = { epoch: message.epoch, revision: message.revision };
      return true;
    },
  };
}
