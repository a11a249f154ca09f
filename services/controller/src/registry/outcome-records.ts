// Records of the outcomes of recipes, and of the variants of generated files.

import { checkManifest, manifestDigest, type BlobStore } from '@pareto/blobs';
import {
  dynamicBatch,
  groupBy,
  publicText,
  originalRecipe,
  ParetoError,
  recipeOf,
  sameItems,
  type Architecture,
  type RecipeOutcome,
} from '@pareto/core';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { BlobReservations } from '../storage/blob-reservations.js';
import { checkBlob } from './check-model.js';
import { applyDynamicBatch, withDynamicBatch } from './dynamic-batch.js';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';
import { currentVersions, type RegistryView } from './registry-view.js';
import { addMissing, knownProviders, outcomesOf, variantRecords, type VariantWrites } from './outcome-variants.js';
import { unchangedSince, type RecordView, type Stored } from '../storage/record-tables.js';
import { architectureKey, outcomeKey, putRecord } from '../storage/records.js';
import { retryOnConflict } from '../leadership/write-queue.js';

export interface OutcomeRecords {
  /** Stores an outcome, unless the recipe already has one or the architecture was deleted. */
  store(outcome: RecipeOutcome): Promise<void>;
  /** Adds variants of generated files for providers that the fleet gained since. */
  addVariants(view: { readonly registry: RegistryView; readonly records: RecordView }): Promise<void>;
}

export interface OutcomeRecordsOptions {
  readonly leader: Pick<Leader, 'write'>;
  readonly mirror: Pick<Mirror, 'records' | 'onChange'>;
  readonly blobs: Pick<BlobStore, 'status'>;
  readonly reservations: BlobReservations;
  /** Maximum batch size of models with a dynamic batch. */
  readonly maxBatchSize: number;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

export function createOutcomeRecords(options: OutcomeRecordsOptions): OutcomeRecords {
  /** The catalogue and providers of the last check. While they are the same, no variant is missing. */
  let complete: readonly unknown[] = [];
  let known: ReadonlySet<string> | undefined;
  options.mirror.onChange((kinds) => {
    if (kinds.has('workers')) known = undefined;
  });
  const providers = (): ReadonlySet<string> => (known ??= knownProviders(options.mirror.records));
  return {
    async store(outcome) {
      checkRecipe(outcome);
      const { result } = outcome;
      const digests = result.kind === 'made' ? result.manifest.files.map((file) => file.digest) : [];
      await options.reservations.reserve(digests, async () =>
        storeChecked(options, await checkFiles(options, outcome), providers()),
      );
    },
    async addVariants({ registry, records }) {
      const basis = [registry.versions, registry.outcomes, [...providers()].sort().join()];
      if (sameItems(complete, basis)) return;
      const variants = groupBy([...registry.variants.values()], ({ variant }) => variant.architecture);
      for (const planned of currentVersions(registry)) {
        const { architecture } = planned;
        const own = variants.get(architecture.name) ?? [];
        const { operations, compares } = addMissing(records, planned, own, providers());
        const known = records.architectures.get(architectureKey(architecture.name, architecture.version));
        if (operations.length === 0 || known === undefined) continue;
        const rewritten = rewrite(known, known.value);
        await options.leader.write([...rewritten.compares, ...compares], [...rewritten.operations, ...operations]);
      }
      complete = basis;
    },
  };
}

function checkRecipe({ recipe }: RecipeOutcome): void {
  if (recipe === dynamicBatch || (recipe !== originalRecipe && recipeOf(recipe) !== undefined)) return;
  throw new ParetoError(
    'invalid-argument',
    `recipe ${JSON.stringify(recipe.slice(0, 100))} is unknown to this controller`,
  );
}

/** Returns the outcome, turned into a failure if its files are missing or its manifest is invalid. */
async function checkFiles({ blobs }: OutcomeRecordsOptions, outcome: RecipeOutcome): Promise<RecipeOutcome> {
  const { result } = outcome;
  if (result.kind !== 'made') return outcome;
  try {
    const manifest = checkManifest(result.manifest);
    for (const file of manifest.files) await checkBlob(blobs, file.path, file.digest);
    return { ...outcome, result: { ...result, modelDigest: manifestDigest(manifest) } };
  } catch (error) {
    if (!(error instanceof ParetoError) || error.code === 'unavailable') throw error;
    return { ...outcome, result: { kind: 'failed', reason: `the generated files are unusable: ${publicText(error)}` } };
  }
}

async function storeChecked(
  options: OutcomeRecordsOptions,
  outcome: RecipeOutcome,
  providers: ReadonlySet<string>,
): Promise<void> {
  const { leader, mirror, logger, metrics } = options;
  const { architecture, version, recipe, result } = outcome;
  const written = await retryOnConflict(`recipe ${recipe} of ${architecture}`, async () => {
    const writes = outcomeWrites(mirror.records, outcome, options.maxBatchSize, providers);
    if (writes === undefined) return 'nothing';
    return (await leader.write(writes.compares, writes.operations)) ? 'outcome' : undefined;
  });
  if (written === 'nothing') return;
  metrics.outcomes.add(1, { recipe, result: result.kind });
  const detail = result.kind === 'made' ? result.note : result.reason;
  logger.info('recipe outcome stored', { architecture, version, recipe, result: result.kind, detail });
}

/** Returns the writes of an outcome. Undefined if there is nothing to write. */
function outcomeWrites(
  records: RecordView,
  outcome: RecipeOutcome,
  maxBatchSize: number,
  providers: ReadonlySet<string>,
): VariantWrites | undefined {
  const known = records.architectures.get(architectureKey(outcome.architecture, outcome.version));
  const key = outcomeKey(outcome);
  if (known === undefined || records.outcomes.has(key)) return undefined;
  const isPreparation = outcome.recipe === dynamicBatch;
  // A registration set the batch while a worker verified it.
  if (isPreparation && known.value.fixedBatch === undefined) return undefined;
  const isBatched = isPreparation && outcome.result.kind === 'made';
  const architecture = isBatched ? withDynamicBatch(known.value, maxBatchSize) : known.value;
  const batched = isBatched ? applyDynamicBatch(records, architecture) : undefined;
  const rewritten = rewrite(known, architecture);
  const outcomes = [...(isBatched ? [] : outcomesOf(records, architecture)), outcome];
  const own = variantRecords(records, architecture).map((variant) => ({ variant }));
  const variants = addMissing(records, { architecture, outcomes }, own, providers);
  return {
    compares: [...rewritten.compares, { kind: 'absent', key }, ...(batched?.compares ?? []), ...variants.compares],
    operations: [
      putRecord(key, outcome),
      ...rewritten.operations,
      ...(batched?.operations ?? []),
      ...variants.operations,
    ],
  };
}

/**
 * Returns the write of an architecture. It is written even if nothing in it changes, so that a concurrent change of it, which
 * does not know the new outcome and variants, conflicts.
 */
const rewrite = (known: Stored<Architecture>, architecture: Architecture): VariantWrites => ({
  compares: [unchangedSince(known.key, known)],
  operations: [putRecord(known.key, architecture)],
});
