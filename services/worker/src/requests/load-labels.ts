// Loads the labels of a variant's outputs from the blob cache.

import { readFile } from 'node:fs/promises';
import type { BlobCache } from '@pareto/blobs';
import type { Labels } from '@pareto/core';
import type { LabelTexts } from './classify.js';
import { openFile } from '../blobs/opened-files.js';

/** Returns the labels of each output. Throws the error of a failed download. */
export async function loadLabels(cache: BlobCache, labels: Labels, signal: AbortSignal): Promise<LabelTexts> {
  const texts = new Map<string, readonly string[]>();
  for (const [output, digest] of Object.entries(labels)) {
    await using file = await openFile(cache, digest, signal);
    if (file !== undefined) texts.set(output, linesOf(await readFile(file.path, 'utf8')));
  }
  return texts;
}

/** Returns one label per line. A line break at the end of the text adds no label. */
const linesOf = (text: string): readonly string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);
