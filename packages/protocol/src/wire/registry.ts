// Maps tasks, architectures, variants and their measurements to messages and back.

import {
  bytes,
  digest,
  hardwareClassOf,
  isDataType,
  ParetoError,
  sessionOptions,
  variantId,
  type Architecture,
  type Labels,
  type Manifest,
  type Measurement,
  type RecipeOutcome,
  type SampleScores,
  type Signature,
  type Task,
  type TensorSpec,
  type VariantSpec,
} from '@pareto/core';
import type * as wire from '../gen/messages.js';
import type { Complete } from './complete.js';
import { oneOf } from './one-of.js';
import { accuracyFromWire, metricFromWire, objectiveFromWire, objectiveToWire } from './objective.js';
import { profileFromWire, profileToWire } from './profile.js';

function required<T>(what: string, value: T | null | undefined): T {
  if (value !== null && value !== undefined) return value;
  throw new ParetoError('invalid-argument', `${what} is missing`);
}

function tensorSpecFromWire(message: wire.TensorSpec): TensorSpec {
  const { name, datatype, dims } = message;
  if (isDataType(datatype)) return { name, datatype, dims };
  throw new ParetoError('invalid-argument', `tensor '${name}' has the unknown datatype ${datatype}`);
}

export const signatureFromWire = (message: wire.Signature): Signature => ({
  inputs: message.inputs.map(tensorSpecFromWire),
  outputs: message.outputs.map(tensorSpecFromWire),
  batched: message.batched,
});

export const manifestFromWire = (message: wire.Manifest | null | undefined): Manifest => ({
  files: required('manifest', message).files.map((file) => ({
    path: file.path,
    digest: digest(file.digest),
    sizeBytes: bytes(file.sizeBytes),
  })),
});

export const labelsFromWire = (message: Readonly<Record<string, string>>): Labels =>
  Object.fromEntries(Object.entries(message).map(([output, text]) => [output, digest(text)]));

export const taskFromWire = (message: wire.Task): Task => ({
  name: message.name,
  metric: metricFromWire(message.metric),
  signature: message.signature === null ? undefined : signatureFromWire(message.signature),
  defaultObjective: objectiveFromWire(message.defaultObjective),
  validation: message.validationDigest === '' ? undefined : digest(message.validationDigest),
  minAgreement: message.minAgreement,
});

export const taskToWire = ({ validation, minAgreement, ...task }: Task): Complete<wire.TaskInput> => ({
  ...task,
  minAgreement,
  defaultObjective: objectiveToWire(task.defaultObjective),
  validationDigest: validation ?? '',
});

export const architectureFromWire = ({
  keepDominated: keepAll,
  fixedBatch,
  servedVersion: _served,
  currentVersion: _current,
  keptMs: _kept,
  rollbackError: _error,
  rolledBackFrom: _from,
  keptBy: _keptBy,
  ...architecture
}: wire.Architecture): Architecture => ({
  ...architecture,
  modelDigest: digest(architecture.modelDigest),
  manifest: manifestFromWire(architecture.manifest),
  signature: signatureFromWire(required('signature', architecture.signature)),
  fixedBatch: fixedBatch === 0 ? undefined : fixedBatch,
  keepAll,
  labels: labelsFromWire(architecture.labels),
});

/** Fields about the versions of the name, which the record of one version does not have. */
type FieldOfName = 'servedVersion' | 'currentVersion' | 'keptMs' | 'rollbackError' | 'rolledBackFrom' | 'keptBy';

export const architectureToWire = ({
  keepAll,
  fixedBatch,
  ...architecture
}: Architecture): Complete<wire.ArchitectureInput, FieldOfName> => ({
  ...architecture,
  keepDominated: keepAll,
  fixedBatch: fixedBatch ?? 0,
});

export const variantSpecFromWire = (message: wire.VariantSpec | null | undefined): VariantSpec => {
  const spec = required('variant spec', message);
  return {
    ...spec,
    variant: variantId(spec.variant),
    option: spec.option === '' ? undefined : oneOf('session option', sessionOptions, spec.option),
    modelDigest: digest(spec.modelDigest),
    manifest: manifestFromWire(spec.manifest),
    signature: signatureFromWire(required('signature', spec.signature)),
    labels: labelsFromWire(spec.labels),
  };
};

export const variantSpecToWire = ({ option, ...spec }: VariantSpec): Complete<wire.VariantSpecInput> => ({
  ...spec,
  option: option ?? '',
});

export function measurementFromWire(message: wire.Measurement): Measurement {
  const { profile, error } = message;
  const result: Measurement['result'] =
    profile === null
      ? { kind: 'failed', reason: error }
      : {
          kind: 'measured',
          profile: profileFromWire(profile),
          accuracy: accuracyFromWire(message.accuracy),
          agreement: message.agreement,
          scores: scoresFromWire(message.scores),
        };
  return {
    variant: variantId(message.variant),
    version: message.version,
    hardwareClass: hardwareClassOf(message.hardwareClass),
    environment: message.environment,
    result,
  };
}

const scoresFromWire = (message: wire.SampleScores | null): SampleScores | undefined =>
  message === null ? undefined : { ...message, bits: message.bits === 1 ? 1 : 12 };

/** Fields of a measurement that are set by List and Describe alone. */
type DescribedField = 'costPer_1k' | 'accuracyRank' | 'disagreement';

export function measurementToWire({ result, ...named }: Measurement): Complete<wire.MeasurementInput, DescribedField> {
  const failed = { profile: undefined, accuracy: undefined, agreement: undefined, scores: undefined, error: undefined };
  if (result.kind === 'failed') return { ...named, ...failed, error: result.reason };
  const { profile, accuracy, agreement, scores } = result;
  return { ...named, profile: profileToWire(profile), accuracy, agreement, scores, error: undefined };
}

export function recipeOutcomeFromWire(message: wire.RecipeOutcome): RecipeOutcome {
  const { architecture, version, recipe, manifest, modelDigest, similarity, note, declined, error } = message;
  const named = { architecture, version, recipe };
  if (manifest !== null) {
    const file = { modelDigest: digest(modelDigest), manifest: manifestFromWire(manifest) };
    return { ...named, result: { kind: 'made', ...file, similarity, note } };
  }
  if (declined !== '') return { ...named, result: { kind: 'declined', reason: declined } };
  return { ...named, result: { kind: 'failed', reason: error } };
}

export function recipeOutcomeToWire({ result, ...named }: RecipeOutcome): Complete<wire.RecipeOutcomeInput> {
  const made = result.kind === 'made' ? result : undefined;
  return {
    ...named,
    modelDigest: made?.modelDigest,
    manifest: made?.manifest,
    similarity: made?.similarity,
    note: made?.note,
    declined: result.kind === 'declined' ? result.reason : undefined,
    error: result.kind === 'failed' ? result.reason : undefined,
  };
}
