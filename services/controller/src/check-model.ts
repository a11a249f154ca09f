// What is checked of a model before it is registered.

import { dirname, join } from 'node:path/posix';
import { ParetoError, type Digest, type Manifest, type Signature, type Task } from '@pareto/core';
import { graphFile, inspectModel, type BlobStore, type InspectedModel } from '@pareto/models';

/** Throws unless all files are there and the graph can be served; `data-loss` when one turns out to be damaged. */
export async function inspectFiles(blobs: BlobStore, manifest: Manifest): Promise<Signature> {
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
  const { signature, externalFiles } = await inspectBlob(blobs, graph.digest);
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = externalFiles.map((path) => join(dirname(graph.path), path)).filter((path) => !paths.has(path));
  if (missing.length === 0) return signature;
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
export async function checkBlob(blobs: BlobStore, what: string, content: Digest): Promise<number> {
  const { complete, receivedBytes } = await blobs.status(content);
  if (complete) return receivedBytes;
  throw new ParetoError('failed-precondition', `${what}: blob ${content} is not here: upload it first`);
}

/** Throws `invalid-argument` unless the model takes and gives what the task's others do. */
export function checkSignature(task: Task, signature: Signature, name: string): void {
  if (task.signature === undefined || describe(task.signature) === describe(signature)) return;
  throw new ParetoError(
    'invalid-argument',
    `architecture ${name} does not fit task ${task.name}: the task takes ${describe(task.signature)}, the model ${describe(signature)}`,
  );
}

function describe({ inputs, outputs, batched }: Signature): string {
  const list = (specs: Signature['inputs']): string =>
    specs
      .map(({ name, datatype, dims }) => `${name} ${datatype} [${dims.join(',')}]`)
      .toSorted()
      .join(', ');
  return `${list(inputs)} -> ${list(outputs)}${batched ? ', with a batch dimension' : ', without a batch dimension'}`;
}
