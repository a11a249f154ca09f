// Decides whether a store is still that of the cluster.

import type { StoreEvidence, StoreLoss, StoreVerdict } from '@pareto/core';

/** State of the cluster besides the store. */
export interface ClusterEvidence {
  /** Set if the cluster has model files, which are uploaded only after its store was created. */
  readonly hasFiles: boolean;
}

/** Returns what to do with a store. One that lost data is used only if a finished restore or an operator declares it. */
export function judgeStore(evidence: StoreEvidence, { hasFiles }: ClusterEvidence = { hasFiles: false }): StoreVerdict {
  const { known, found, intent } = evidence;
  const loss = lossOf(evidence, hasFiles);
  if (loss === undefined) return { kind: found === undefined ? 'create' : found === known ? 'continue' : 'follow' };
  if (intent === 'accept') return { kind: 'declare' };
  if (intent === 'restore' && loss === 'emptied') return { kind: 'create' };
  return { kind: 'hold', loss };
}

function lossOf({ known, found, isDeclared, isOlder }: StoreEvidence, hasFiles: boolean): StoreLoss | undefined {
  if (known === undefined) return hasFiles && found === undefined ? 'emptied' : undefined;
  if (found === undefined) return 'emptied';
  if (found !== known) return isDeclared ? undefined : 'replaced';
  return isOlder ? 'older' : undefined;
}
