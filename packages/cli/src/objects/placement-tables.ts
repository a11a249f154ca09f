// Columns and tables of the leader's last plan: why each replica is there, and which needs are not met.

import type { wire } from '@pareto/protocol';
import { formatTable, type Column } from '@pareto/report';
import { formatSpan } from '../terminal/format.js';

export interface ReplicaRow extends wire.ReplicaReport {
  readonly worker: string;
}

/** A registered object's description, with the placement of its variants. */
export interface Description extends wire.DescribeResponse {
  readonly replicas: readonly ReplicaRow[];
  readonly unmetNeeds: readonly wire.UnmetNeed[];
}

export const listReplicas = (workers: readonly wire.Worker[]): readonly ReplicaRow[] =>
  workers.flatMap(({ workerId, replicas }) => replicas.map((replica) => ({ ...replica, worker: workerId })));

/** Adds the replicas and unmet needs of the variants that `found` has. */
export function describePlacement(
  found: wire.DescribeResponse,
  { workers, unmetNeeds }: wire.OverviewResponse,
): Description {
  const names = new Set(found.variants.map(({ name }) => name));
  const isOwn = ({ variant }: { readonly variant: string }): boolean => names.has(variant);
  return { ...found, replicas: listReplicas(workers).filter(isOwn), unmetNeeds: unmetNeeds.filter(isOwn) };
}

const orDash = (text = ''): string => (text === '' ? '-' : text);

/** Columns of the reason for which the last plan keeps a replica, with `-` if there is none. */
export const reasonColumns: readonly Column<wire.ReplicaReport>[] = [
  { title: 'SOURCE', drop: 1, cell: ({ placement }) => orDash(placement?.source) },
  { title: 'REASON', text: true, cell: ({ placement }) => orDash(placement?.reason) },
];

/** Formats the replicas of one variant. Empty if there are none. */
export const formatPlacement = (replicas: readonly ReplicaRow[], width: number): string =>
  formatRows<ReplicaRow>(
    [
      { title: 'REPLICA', cell: ({ replicaId }) => replicaId },
      { title: 'WORKER', drop: 2, cell: ({ worker }) => worker },
      { title: 'STATE', cell: ({ state }) => state.toLowerCase() },
      ...reasonColumns,
    ],
    replicas,
    width,
  );

/** Formats the needs that are not met. Empty if there are none. */
export const formatUnmetNeeds = (needs: readonly wire.UnmetNeed[], width: number): string =>
  formatRows<wire.UnmetNeed>(
    [
      { title: 'UNMET NEED', cell: ({ variant }) => variant },
      { title: 'SOURCE', drop: 1, cell: ({ source }) => orDash(source) },
      { title: 'LACKS', drop: 2, cell: ({ cause }) => cause },
      { title: 'FOR', cell: ({ ageMs }) => formatSpan(ageMs) },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
    ],
    needs,
    width,
  );

const formatRows = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string =>
  rows.length === 0 ? '' : formatTable(columns, rows, { width });
