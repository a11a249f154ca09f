// Who stands for election and who leads, as the mirror shows it: known without asking the store.

import type { Fence } from '@pareto/state';
import type { RecordView, Stored } from '../storage/record-tables.js';

/** The oldest candidate leads. */
export const electedLeader = (records: RecordView): string | undefined => byAge(records)[0]?.value;

/** Addresses of all that stand, the leader first. */
export const electionCandidates = (records: RecordView): readonly string[] => byAge(records).map(({ value }) => value);

/** Whether it is that candidacy that leads. */
export function leadsBy(records: RecordView, { key, createRevision }: Fence): boolean {
  const leading = byAge(records)[0];
  return leading?.key === key && leading.createRevision === createRevision;
}

const byAge = ({ candidates }: RecordView): readonly Stored<string>[] =>
  [...candidates.values()].sort((a, b) => a.createRevision - b.createRevision);
