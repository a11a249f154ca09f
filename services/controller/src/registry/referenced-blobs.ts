// The blobs that records refer to. Pure.

import type { Architecture, Digest, RecipeOutcome, Task, Variant } from '@pareto/core';

export interface ReferringRecords {
  readonly architectures: readonly Architecture[];
  readonly variants: readonly Variant[];
  readonly outcomes: readonly RecipeOutcome[];
  readonly tasks: readonly Task[];
}

/** Returns the digests that the records refer to. Accepts records of every schema version. */
export function referencedBlobs({ architectures, variants, outcomes, tasks }: ReferringRecords): ReadonlySet<Digest> {
  const references = new Set<Digest>();
  for (const { manifest } of [...architectures, ...variants])
    for (const { digest } of manifest.files) references.add(digest);
  for (const { labels = {} } of architectures as readonly Partial<Architecture>[])
    for (const text of Object.values(labels)) references.add(text);
  for (const { result } of outcomes)
    if (result.kind === 'made') for (const file of result.manifest.files) references.add(file.digest);
  for (const { validation } of tasks) if (validation !== undefined) references.add(validation);
  return references;
}
