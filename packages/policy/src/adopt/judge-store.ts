// Decides whether a store is still that of the cluster.

import type { StoreEvidence, StoreLoss, StoreVerdict } from '@pareto/core';

/** Returns what to do with a store. One that lost data is used only if a finished restore or an operator declares it. */
export function judgeStore(evidence: StoreEvidence): StoreVerdict {
  const { known, found, intent } = evidence;
  const loss = lossOf(evidence);
  if (loss === undefined) return { kind: found === undefined ? 'create' : found === known ? 'continue' : 'follow' };
  if (intent === 'accept') return { kind: 'declare' };
  if (intent === 'restore' && loss === 'emptied') return { kind: 'create' };
  return { kind: 'hold', loss };
}

function lossOf({ known, found, isDeclared, isOlder }: StoreEvidence): StoreLoss | undefined {
  if (known === undefined) return undefined;
  if (found === undefined) return 'emptied';
  if (found !== known) return isDeclared ? undefined : 'replaced';
  return isOlder ? 'older' : undefined;
}
