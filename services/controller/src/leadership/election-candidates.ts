// The election's candidates and the elected leader, read from the mirror without a call to the store.

import type { Fence } from '@pareto/state';
import type { RecordView, Stored } from '../storage/record-tables.js';

/** Returns the address of the leader, which is the oldest candidate. Undefined if there is no candidate. */
export const electedLeader = (records: RecordView): string | undefined => byAge(records)[0]?.value;

/** Returns the addresses of all candidates, the leader first. */
export const electionCandidates = (records: RecordView): readonly string[] => byAge(records).map(({ value }) => value);

/** Returns whether the given candidacy leads. */
export function leadsBy(records: RecordView, { key, createRevision }: Fence): boolean {
  const leading = byAge(records)[0];
  return leading?.key === key && leading.createRevision === createRevision;
}

const byAge = ({ candidates }: RecordView): readonly Stored<string>[] =>
  [...candidates.values()].sort((a, b) => a.createRevision - b.createRevision);
