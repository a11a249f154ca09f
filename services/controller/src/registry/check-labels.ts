// Checks of the labels of an output before their registration.

import { open } from 'node:fs/promises';
import type { BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest, type Labels, type Signature } from '@pareto/core';
import { checkBlob } from './check-model.js';

const maxBytes = 1 << 20;
const maxLines = 100_000;

/**
 * Throws `invalid-argument` unless every blob is UTF-8 text of a bounded size, and `failed-precondition` if one is
 * missing.
 */
export async function checkLabelFiles(blobs: BlobStore, labels: Labels): Promise<void> {
  for (const [output, content] of Object.entries(labels)) {
    const what = `labels of ${JSON.stringify(output)}`;
    const sizeBytes = await checkBlob(blobs, what, content);
    if (sizeBytes > maxBytes) throw labelError(`${what} have ${sizeBytes} bytes: expected at most ${maxBytes}`);
    const lines = (await readText(blobs, content, what)).split('\n').length;
    if (lines > maxLines) throw labelError(`${what} have ${lines} lines: expected at most ${maxLines}`);
  }
}

/** Throws `invalid-argument` for labels of an output that the model does not have. */
export function checkLabelledOutputs(labels: Labels, { outputs }: Signature): void {
  const unknown = Object.keys(labels).find((output) => outputs.every(({ name }) => name !== output));
  if (unknown === undefined) return;
  const known = outputs.map(({ name }) => JSON.stringify(name)).join(', ');
  throw labelError(`there are labels for ${JSON.stringify(unknown)}, but the outputs of the model are ${known}`);
}

const labelError = (why: string): ParetoError => new ParetoError('invalid-argument', why);

async function readText(blobs: BlobStore, content: Digest, what: string): Promise<string> {
  const local = await blobs.localFile(content);
  try {
    await using file = await open(local.path);
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw labelError(`${what} are not UTF-8 text: expected one label per line`);
  } finally {
    await local.release();
  }
}
