// What is registered, between domain and wire.

import {
  bytes,
  digest,
  hardwareClassId,
  isDataType,
  ParetoError,
  sessionOptions,
  variantId,
  type Architecture,
  type Labels,
  type Manifest,
  type Measurement,
  type RecipeOutcome,
  type SessionOption,
  type Signature,
  type Task,
  type TensorSpec,
  type VariantSpec,
} from '@pareto/core';
import type * as wire from '../gen/messages.js';
import {
  accuracyFromWire,
  accuracyToWire,
  metricFromWire,
  objectiveFromWire,
  objectiveToWire,
  profileFromWire,
  profileToWire,
} from './objective.js';

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

const tensorSpecToWire = (spec: TensorSpec): wire.TensorSpecInput => ({ ...spec, dims: [...spec.dims] });

export const signatureToWire = (signature: Signature): wire.SignatureInput => ({
  inputs: signature.inputs.map(tensorSpecToWire),
  outputs: signature.outputs.map(tensorSpecToWire),
  batched: signature.batched,
});

export function manifestFromWire(message: wire.Manifest | null | undefined): Manifest {
  const files = required('manifest', message).files.map((file) => ({
    path: file.path,
    digest: digest(file.digest),
    sizeBytes: bytes(file.sizeBytes),
  }));
  return { files };
}

export const manifestToWire = (manifest: Manifest): wire.ManifestInput => ({ files: [...manifest.files] });

export const labelsFromWire = (message: Readonly<Record<string, string>>): Labels =>
  Object.fromEntries(Object.entries(message).map(([output, text]) => [output, digest(text)]));

export const taskFromWire = (message: wire.Task): Task => ({
  name: message.name,
  metric: metricFromWire(message.metric),
  signature: message.signature === null ? undefined : signatureFromWire(message.signature),
  defaultObjective: objectiveFromWire(message.defaultObjective),
  validation: message.validationDigest === '' ? undefined : digest(message.validationDigest),
});

export const taskToWire = (task: Task): wire.TaskInput => ({
  name: task.name,
  metric: task.metric,
  signature: task.signature === undefined ? null : signatureToWire(task.signature),
  defaultObjective: objectiveToWire(task.defaultObjective),
  validationDigest: task.validation ?? '',
});

export const architectureFromWire = (message: wire.Architecture): Architecture => ({
  name: message.name,
  version: message.version,
  task: message.task,
  modelDigest: digest(message.modelDigest),
  manifest: manifestFromWire(message.manifest),
  signature: signatureFromWire(required('signature', message.signature)),
  maxBatchSize: message.maxBatchSize,
  fixedBatch: message.fixedBatch === 0 ? undefined : message.fixedBatch,
  recipes: message.recipes,
  keepAll: message.keepDominated,
  labels: labelsFromWire(message.labels),
});

export const architectureToWire = ({ keepAll, ...architecture }: Architecture): wire.ArchitectureInput => ({
  ...architecture,
  keepDominated: keepAll,
  recipes: [...architecture.recipes],
  fixedBatch: architecture.fixedBatch ?? 0,
  manifest: manifestToWire(architecture.manifest),
  signature: signatureToWire(architecture.signature),
});

export const variantSpecFromWire = (message: wire.VariantSpec | null | undefined): VariantSpec => {
  const spec = required('variant spec', message);
  return {
    variant: variantId(spec.variant),
    version: spec.version,
    provider: spec.provider,
    option: optionFromWire(spec.option),
    modelDigest: digest(spec.modelDigest),
    manifest: manifestFromWire(spec.manifest),
    signature: signatureFromWire(required('signature', spec.signature)),
    maxBatchSize: spec.maxBatchSize,
    labels: labelsFromWire(spec.labels),
  };
};

function optionFromWire(text: string): SessionOption | undefined {
  if (text === '') return undefined;
  const option = sessionOptions.find((known) => known === text);
  if (option !== undefined) return option;
  throw new ParetoError(
    'invalid-argument',
    `session option ${text} is not known: expected ${sessionOptions.join(', ')}`,
  );
}

export const variantSpecToWire = (spec: VariantSpec): wire.VariantSpecInput => ({
  ...spec,
  option: spec.option ?? '',
  manifest: manifestToWire(spec.manifest),
  signature: signatureToWire(spec.signature),
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
        };
  return {
    variant: variantId(message.variant),
    version: message.version,
    hardwareClass: hardwareClassId(message.hardwareClass),
    environment: message.environment,
    result,
  };
}

export function measurementToWire(measurement: Measurement): wire.MeasurementInput {
  const { result, ...named } = measurement;
  if (result.kind === 'failed') return { ...named, error: result.reason };
  return {
    ...named,
    profile: profileToWire(result.profile),
    accuracy: accuracyToWire(result.accuracy),
    ...(result.agreement === undefined ? {} : { agreement: result.agreement }),
  };
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

export function recipeOutcomeToWire({ result, ...named }: RecipeOutcome): wire.RecipeOutcomeInput {
  switch (result.kind) {
    case 'made': {
      const { modelDigest, manifest, similarity, note } = result;
      return { ...named, modelDigest, manifest: manifestToWire(manifest), similarity, note };
    }
    case 'declined':
      return { ...named, declined: result.reason };
    case 'failed':
      return { ...named, error: result.reason };
  }
}
