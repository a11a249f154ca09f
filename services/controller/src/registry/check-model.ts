// What is checked of a model before it is registered.

import { dirname, join } from 'node:path/posix';
import { graphFile, type BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest, type Manifest, type Signature, type Task, type TensorSpec } from '@pareto/core';
import { inspectModel, type InspectedModel } from '@pareto/models';

/** Throws unless all files are there and the graph can be served; `data-loss` when one turns out to be damaged. */
export async function inspectFiles(blobs: BlobStore, manifest: Manifest): Promise<InspectedModel> {
  for (const file of manifest.files) {
    const receivedBytes = await checkBlob(blobs, file.path, file.digest);
    if (receivedBytes === file.sizeBytes) continue;
    await blobs.recheck(file.digest);
    throw new ParetoError(
      'invalid-argument',
      `${file.path} has ${receivedBytes} bytes, the manifest says ${file.sizeBytes}`,
    );
  }
  const graph = graphFile(manifest);
  const model = await inspectBlob(blobs, graph.digest);
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = model.externalFiles.map((path) => join(dirname(graph.path), path)).filter((path) => !paths.has(path));
  if (missing.length === 0) return model;
  throw new ParetoError('invalid-argument', `the model refers to ${missing.join(', ')}, which the manifest leaves out`);
}

async function inspectBlob(blobs: BlobStore, graph: Digest): Promise<InspectedModel> {
  const file = await blobs.localFile(graph);
  try {
    return await inspectModel(file.path);
  } finally {
    await file.release();
  }
}

/** Its size. Throws `failed-precondition` unless the blob is whole. */
export async function checkBlob(blobs: Pick<BlobStore, 'status'>, what: string, content: Digest): Promise<number> {
  const { complete, receivedBytes } = await blobs.status(content);
  if (complete) return receivedBytes;
  throw new ParetoError('failed-precondition', `${what}: blob ${content} is not here: upload it first`);
}

/** Throws `invalid-argument` unless the model takes and gives what the task's others do. */
export function checkSignature(task: Task, signature: Signature, name: string): void {
  if (task.signature === undefined || fits(task.signature, signature)) return;
  throw new ParetoError(
    'invalid-argument',
    `architecture ${name} does not fit task ${task.name}: the task takes ${describe(task.signature)}, the model ${describe(signature)}`,
  );
}

/** Whether a query of one item that fits one fits the other. */
export const fits = (a: Signature, b: Signature): boolean => describe(perItem(a)) === describe(perItem(b));

/** A task's signature, with an architecture of another one that fits: batched as soon as one is. */
export const signatureWith = ({ signature }: Task, another: Signature): Signature =>
  signature === undefined || (another.batched && !signature.batched) ? another : signature;

/** A leading dimension that is fixed at one is a batch of one. */
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
