// Checks of a model before its registration.

import { dirname, join } from 'node:path/posix';
import { graphFile, type BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest, type Manifest, type Signature, type Task, type TensorSpec } from '@pareto/core';
import type { InspectedModel, ModelReader } from '@pareto/models';

export interface InspectionContext {
  readonly blobs: BlobStore;
  readonly reader: Pick<ModelReader, 'inspect'>;
}

/**
 * Inspects the model. Throws `failed-precondition` if a file is missing, `data-loss` if one is damaged,
 * `invalid-argument` if the manifest is wrong or the graph can't be served, and otherwise as `ModelReader.inspect` does.
 */
export async function inspectFiles(context: InspectionContext, manifest: Manifest): Promise<InspectedModel> {
  const { blobs } = context;
  for (const file of manifest.files) {
    const receivedBytes = await checkBlob(blobs, file.path, file.digest);
    if (receivedBytes === file.sizeBytes) continue;
    await blobs.recheck(file.digest);
    throw new ParetoError(
      'invalid-argument',
      `${file.path} has ${receivedBytes} bytes, but the manifest has ${file.sizeBytes}`,
    );
  }
  const graph = graphFile(manifest);
  const model = await inspectBlob(context, graph.digest);
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = model.externalFiles.map((path) => join(dirname(graph.path), path)).filter((path) => !paths.has(path));
  if (missing.length === 0) return model;
  throw new ParetoError(
    'invalid-argument',
    `the model refers to ${missing.join(', ')}: add the missing files to the manifest`,
  );
}

async function inspectBlob({ blobs, reader }: InspectionContext, graph: Digest): Promise<InspectedModel> {
  const file = await blobs.localFile(graph);
  try {
    return await reader.inspect(file.path);
  } finally {
    await file.release();
  }
}

/** Returns the size of a blob in bytes. Throws `failed-precondition` if it is missing or incomplete. */
export async function checkBlob(blobs: Pick<BlobStore, 'status'>, what: string, content: Digest): Promise<number> {
  const { complete, receivedBytes } = await blobs.status(content);
  if (complete) return receivedBytes;
  throw new ParetoError('failed-precondition', `${what}: blob ${content} is missing: upload it first`);
}

/** Throws `invalid-argument` unless the model has the inputs and outputs of the task. */
export function checkSignature(task: Task, signature: Signature, name: string): void {
  if (task.signature === undefined || fits(task.signature, signature)) return;
  throw new ParetoError(
    'invalid-argument',
    `architecture ${name} does not fit task ${task.name}: the task has ${describe(task.signature)}, the model ${describe(signature)}`,
  );
}

/** Returns whether a query of one item that fits one of the signatures also fits the other. */
export const fits = (a: Signature, b: Signature): boolean => describe(perItem(a)) === describe(perItem(b));

/**
 * Returns the task's signature after an architecture with the fitting signature `another` is added. It is batched if
 * either signature is.
 */
export const signatureWith = ({ signature }: Task, another: Signature): Signature =>
  signature === undefined || (another.batched && !signature.batched) ? another : signature;

/** Returns the signature of one item. A leading dimension that is fixed at 1 is a batch of one. */
function perItem(signature: Signature): Signature {
  const { inputs, outputs, batched } = signature;
  if (batched || [...inputs, ...outputs].some(({ dims }) => dims[0] !== 1)) return signature;
  const item = (spec: TensorSpec): TensorSpec => ({ ...spec, dims: spec.dims.slice(1) });
  return { inputs: inputs.map(item), outputs: outputs.map(item), batched: true };
}

function describe({ inputs, outputs, batched }: Signature): string {
  const list = (specs: Signature['inputs']): string =>
    specs
      .map(({ name, datatype, dims }) => `${name} ${datatype} [${dims.join(',')}]`)
      .toSorted()
      .join(', ');
  return `${list(inputs)} -> ${list(outputs)}${batched ? ', with a batch dimension' : ', without a batch dimension'}`;
}
