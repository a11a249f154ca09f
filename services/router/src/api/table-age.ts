// Adds the age of the routing table to the trailers of every call while the table may be out of date.

import type { CallHead, Guard } from '@pareto/rpc';
import type { TableClient } from '../table/table-client.js';

type Tables = Pick<TableClient, 'table' | 'stale' | 'ageMs'>;

/** Name of the trailer. Its value is the time for which the table may have been out of date, in ms. */
const tableAgeKey = 'pareto-table-age-ms';

/** Returns a guard that sets the trailer and then runs `guard`. */
export const withTableAge =
  (guard: Guard | undefined, tables: () => Tables): Guard =>
  (method) => {
    const check = guard?.(method);
    return (call) => {
      setTableAge(tables(), call);
      check?.(call);
    };
  };

function setTableAge({ table, stale, ageMs }: Tables, call: CallHead): void {
  if (table !== undefined && stale) call.setTrailer(tableAgeKey, String(Math.round(ageMs)));
}
