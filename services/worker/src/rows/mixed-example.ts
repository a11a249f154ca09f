// Keeps an example of a batch in which queries influenced each other, so that a person can reproduce it.

import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@pareto/blobs';
import type { VariantSpec } from '@pareto/core';
import type { TensorInput, TensorOutput } from '@pareto/runtime';
import type { MixedBatch } from './row-checker.js';

/**
 * Writes the batch as JSON: the inputs of each query, its answer, and what it gets alone, with the data in base64. Only the
 * user of the worker may read it, since it has data of clients. Returns the path. A later example of the variant replaces it, and
 * only the newest examples are kept.
 */
export async function writeMixedExample(
  folder: string,
  { variant, version }: Pick<VariantSpec, 'variant' | 'version'>,
  { reason, queries, alone, size }: MixedBatch,
): Promise<string> {
  await makeFolder(folder);
  const path = join(folder, `${encodeURIComponent(variant)}-${version}.json`);
  const example = {
    ...{ variant, version, reason, size },
    queries: queries.map(({ query, answer }, index) => ({
      inputs: query.inputs.map(toJson),
      answer: answer.map(toJson),
      alone: alone[index]?.map(toJson),
    })),
  };
  await writeFile(path, JSON.stringify(example), { mode: 0o600 });
  await deleteOldest(folder);
  return path;
}

/** Maximum number of examples, each of up to about 50 MB. */
const maxExamples = 10;

async function deleteOldest(folder: string): Promise<void> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const files = await Promise.all(paths.map(async (path) => ({ path, writtenAt: (await stat(path)).mtimeMs })));
  const old = files.toSorted((a, b) => b.writtenAt - a.writtenAt).slice(maxExamples);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}

const toJson = ({ name, datatype, shape, data }: TensorInput | TensorOutput): object => ({
  ...{ name, datatype, shape },
  base64: Buffer.concat(Array.isArray(data) ? data : [data as Uint8Array]).toString('base64'),
});
