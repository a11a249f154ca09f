// Who stands for election and who leads, as the mirror shows it: known without asking the store.

import type { RecordView } from './record-tables.js';

/** The oldest candidate leads. */
export const leaderOf = (records: RecordView): string | undefined => candidatesOf(records)[0];

/** Addresses of all that stand, the leader first. */
export function candidatesOf({ candidates }: RecordView): readonly string[] {
  return [...candidates.values()].sort((a, b) => a.createRevision - b.createRevision).map(({ value }) => value);
}
