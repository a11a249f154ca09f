// What is checked of the labels of an output before they are registered.

import { open } from 'node:fs/promises';
import type { BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest, type Labels, type Signature } from '@pareto/core';
import { checkBlob } from './check-model.js';

const maxBytes = 1 << 20;
const maxLines = 100_000;

/** Throws `invalid-argument` unless every blob is UTF-8 text of a bounded size; `failed-precondition` when one is not here. */
export async function checkLabelFiles(blobs: BlobStore, labels: Labels): Promise<void> {
  for (const [output, content] of Object.entries(labels)) {
    const what = `labels of ${JSON.stringify(output)}`;
    const sizeBytes = await checkBlob(blobs, what, content);
    if (sizeBytes > maxBytes) throw labelError(`${what} are ${sizeBytes} bytes: at most ${maxBytes} are taken`);
    const lines = (await readText(blobs, content, what)).split('\n').length;
    if (lines > maxLines) throw labelError(`${what} are ${lines} lines: at most ${maxLines} are taken`);
  }
}

/** Throws `invalid-argument` for labels of an output that the model has not. */
export function checkLabelledOutputs(labels: Labels, { outputs }: Signature): void {
  const unknown = Object.keys(labels).find((output) => outputs.every(({ name }) => name !== output));
  if (unknown === undefined) return;
  const known = outputs.map(({ name }) => JSON.stringify(name)).join(', ');
  throw labelError(`there are labels for ${JSON.stringify(unknown)}, and the outputs of the model are ${known}`);
}

const labelError = (why: string): ParetoError => new ParetoError('invalid-argument', why);

async function readText(blobs: BlobStore, content: Digest, what: string): Promise<string> {
  const local = await blobs.localFile(content);
  try {
    await using file = await open(local.path);
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw labelError(`${what} are not UTF-8 text: expected a label a line`);
  } finally {
    await local.release();
  }
}
