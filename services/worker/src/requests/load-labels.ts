// Loads the labels of a variant's outputs from the blob cache.

import { readFile } from 'node:fs/promises';
import type { BlobCache } from '@pareto/blobs';
import type { Labels } from '@pareto/core';
import { labelLines } from '@pareto/models';
import type { LabelTexts } from './classify.js';
import { openFile } from '../blobs/opened-files.js';

/** Returns the labels of each output. Throws the error of a failed download. */
export async function loadLabels(cache: BlobCache, labels: Labels, signal: AbortSignal): Promise<LabelTexts> {
  const texts = new Map<string, readonly string[]>();
  for (const [output, digest] of Object.entries(labels)) {
    await using file = await openFile(cache, digest, signal);
    if (file !== undefined) texts.set(output, labelLines(await readFile(file.path, 'utf8')));
  }
  return texts;
}
