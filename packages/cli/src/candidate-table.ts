// The candidates of a decision as people read them.

import type { wire } from '@pareto/rpc';
import { formatAccuracy, formatCost, formatMs } from './format.js';
import { formatTable } from './table.js';

export const formatCandidates = (candidates: readonly wire.Candidate[]): string =>
  formatTable<wire.Candidate>(
    [
      { title: 'VARIANT', cell: ({ variant }) => variant },
      { title: 'VERDICT', cell: ({ verdict }) => verdict },
      {
        title: 'PREDICTED',
        align: 'right',
        cell: ({ predictedMs }) => (predictedMs > 0 ? formatMs(predictedMs) : '-'),
      },
      {
        title: 'SLACK',
        align: 'right',
        cell: ({ predictedMs, slackMs }) => (predictedMs > 0 ? formatMs(slackMs) : '-'),
      },
      { title: 'USD/1K', cell: ({ costPer_1k }) => formatCost(costPer_1k) },
      { title: 'ACCURACY (95 %)', cell: ({ accuracy }) => formatAccuracy(accuracy) },
      { title: 'READY', align: 'right', cell: ({ replicasReady }) => String(replicasReady) },
      { title: 'ON', cell: ({ hardwareClass }) => hardwareClass },
    ],
    candidates,
  );
