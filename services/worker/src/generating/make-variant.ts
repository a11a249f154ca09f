// Generates a file from a trained model by a recipe, verifies it against the original, and uploads it to a controller.

import { join } from 'node:path';
import { graphFile, manifestDigest, openWorkFolder, type BlobCache } from '@pareto/blobs';
import { milliseconds, ParetoError, publicText, type RecipeOutcome, type Signature } from '@pareto/core';
import type { Isolation } from '@pareto/isolation';
import type { ClassNames } from '@pareto/models';
import type { MakeOrder } from '../orders/desired-state.js';
import type { StepContext } from '../orders/step-context.js';
import type { BlobSink } from '../blobs/blob-sink.js';
import { checkGenerated, fixedBatchOf, servedSignature } from './check-generated.js';
import { describeFiles, manifestOf, uploadGenerated, type GeneratedFile } from './generated-files.js';
import { generateFile, generatorOf } from './generate-file.js';
import { chooseSamples, openFittingSet } from './generation-samples.js';
import { isCausedByFullDisk, RetryableError, asRetryable } from '../orders/retryable-error.js';
import { openFile, openModel } from '../blobs/opened-files.js';
import type { BackgroundDeps } from '../sampling/background-executor.js';
import type { SetDeps } from '../sampling/open-set.js';
import { loadLabels } from '../requests/load-labels.js';
import { windowOf } from './verify-generated.js';
import { withTimeout } from '../orders/with-timeout.js';

export interface MakeDeps extends BackgroundDeps, SetDeps {
  readonly cache: BlobCache;
  /** Isolation of generator processes. */
  readonly isolation: Isolation;
  readonly upload: BlobSink;
}

type Outcome = RecipeOutcome['result'];

/** Time limit of generating and verifying, without downloads and uploads. */
const timeLimit = milliseconds(600_000);

/**
 * Carries out an order. Rejects if files cannot be fetched, stored or uploaded, or if the signal aborts, so that the
 * caller retries. A failure of the model is an outcome.
 */
export async function makeVariant(order: MakeOrder, deps: MakeDeps, context: StepContext): Promise<RecipeOutcome> {
  const { architecture, version, recipe } = order;
  try {
    return { architecture, version, recipe, result: await make(order, deps, context) };
  } catch (error) {
    if (context.signal.aborted || error instanceof RetryableError) throw error;
    if (isCausedByFullDisk(error)) throw new RetryableError(publicText(error), { cause: error });
    return { architecture, version, recipe, result: { kind: 'failed', reason: publicText(error) } };
  }
}

async function make(order: MakeOrder, deps: MakeDeps, { reportProgress, signal }: StepContext): Promise<Outcome> {
  const { cache, clock } = deps;
  const { validation, original } = order;
  reportProgress('fetching');
  await using model = await asRetryable(() => openModel(cache, original.manifest, signal));
  await using set = await asRetryable(() => openFile(cache, validation, signal));
  const classNames = set && Object.fromEntries(await asRetryable(() => loadLabels(cache, original.labels, signal)));
  await using folder = await asRetryable(() => openWorkFolder(deps.work));
  const paths = { modelPath: model?.path ?? '', validationPath: set?.path, classNames, folder: folder.path };
  const generated = await withTimeout({ limit: timeLimit, clock, signal }, (bounded) =>
    generateChecked(order, deps, { ...paths, reportProgress, signal: bounded }),
  );
  if (generated.kind !== 'made') return generated;
  const { files, note, similarity } = generated;
  await asRetryable(() => uploadGenerated(files, deps.upload, { reportProgress, signal }));
  const manifest = manifestOf(files);
  return { kind: 'made', manifest, modelDigest: manifestDigest(manifest), similarity, note };
}

interface GenerationPaths extends StepContext {
  readonly modelPath: string;
  readonly validationPath: string | undefined;
  readonly classNames: ClassNames | undefined;
  /** Existing, empty folder. */
  readonly folder: string;
}

type CheckedGeneration =
  | {
      readonly kind: 'made';
      readonly files: readonly GeneratedFile[];
      readonly note: string;
      readonly similarity: number;
    }
  | Exclude<Outcome, { kind: 'made' }>;

/** Limit of a fixed batch that is made dynamic: the verification runs whole batches. */
const maxFixedBatch = 4096;
/** Number of samples that a file is verified on, and number of samples per run. */
const [verificationSamples, samplesPerRun] = [256, 8];

async function generateChecked(order: MakeOrder, deps: MakeDeps, paths: GenerationPaths): Promise<CheckedGeneration> {
  const { recipe, original, metric } = order;
  const { batched } = original.signature;
  const generator = generatorOf(recipe);
  const signature = servedSignature(generator, original.signature);
  const fixedBatch = generator.opensBatch === true ? fixedBatchOf(original.signature) : 1;
  if (fixedBatch > maxFixedBatch)
    return {
      kind: 'declined',
      reason: `its batch of ${fixedBatch} is too large to verify: the limit is ${maxFixedBatch}`,
    };
  const minCount = generator.opensBatch === true ? windowOf(fixedBatch) : 1;
  const maxCount = Math.max(minCount, verificationSamples);
  const { validationPath: file, classNames, signal } = paths;
  const request = file === undefined ? undefined : { file, signature, metric, classNames, signal };
  const set = await openFittingSet(deps, request);
  await using _set = typeof set === 'string' ? undefined : set;
  const { calibration, verification } = chooseSamples(set, { signature, minCount, maxCount });
  const batch = Math.max(1, Math.min(samplesPerRun, original.maxBatchSize));
  const sizeBytes = original.manifest.files.reduce((total, file) => total + file.sizeBytes, 0);
  const isSplit = original.manifest.files.length > 1;
  const input = { ...deps, ...paths, recipe, sizeBytes, isSplit, batched, batch, calibration };
  const generated = await generateFile(generator, input);
  if (generated.kind === 'declined') return generated;
  const files = await describeFiles(generated.folder, generated.names);
  const generatedPath = join(generated.folder, graphFile(manifestOf(files)).path);
  const { similarity, problem } = await checkGenerated({
    ...{ ...deps, ...paths, generator, signature: original.signature, batch },
    ...{ generatedPath, originalPath: paths.modelPath, samples: verification },
  }).catch((error: unknown) => {
    throw verification.isReal || !hasOpenDims(signature) ? error : withHint(error);
  });
  const { failureHint } = generator;
  if (problem !== undefined)
    return { kind: 'failed', reason: failureHint === undefined ? problem : `${problem}: ${failureHint}` };
  const note = verification.isReal ? generated.note : `${generated.note}; compared on synthetic inputs`;
  return { kind: 'made', files, note, similarity };
}

const hasOpenDims = ({ inputs }: Signature): boolean => inputs.some(({ dims }) => dims.includes(-1));

/** Adds the hint that the synthetic inputs may be the cause. */
const withHint = (error: unknown): unknown =>
  error instanceof ParetoError && error.code === 'failed-precondition'
    ? new ParetoError(error.code, `${error.message} (${syntheticHint})`, { cause: error })
    : error;

const syntheticHint =
  'the inputs were synthetic, with assumed sizes for dynamic dimensions; register a validation set to provide real inputs';
