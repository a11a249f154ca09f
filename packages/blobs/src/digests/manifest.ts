// A model is a manifest of files: its graph (the one `.onnx` file) and what the graph refers to.

import { createHash } from 'node:crypto';
import { digest, ParetoError, type Digest, type Manifest, type ModelFile } from '@pareto/core';

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Throws `invalid-argument` unless `text` is `sha256:` and 64 lower-case hexadecimal digits. */
export function checkDigest(text: string): Digest {
  if (digestPattern.test(text)) return digest(text);
  throw invalid(`${JSON.stringify(text.slice(0, 100))} is not a digest: expected sha256: and 64 hexadecimal digits`);
}

/** Undefined when it isn't what `hexOf` makes. */
export const digestOfHex = (hex: string): Digest | undefined =>
  digestPattern.test(`sha256:${hex}`) ? digest(`sha256:${hex}`) : undefined;

export const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);

/** Throws `invalid-argument` unless `path` stays in the folder that it is relative to. `what` says whose path it is. */
export function checkRelativePath(path: string, what: string): string {
  const parts = path.split('/');
  const plain = path.length <= 1024 && !/[\\\0:]/.test(path) && parts.every((part) => !['', '.', '..'].includes(part));
  if (plain) return path;
  throw invalid(
    `${what} is at ${JSON.stringify(path.slice(0, 200))}: expected a path inside the model's folder, like weights.bin`,
  );
}

/** Throws `invalid-argument` unless the manifest is sound. */
export function checkManifest(manifest: Manifest): Manifest {
  const paths = new Set<string>();
  for (const file of manifest.files) {
    checkRelativePath(file.path, 'a file of the manifest');
    checkDigest(file.digest);
    if (!Number.isSafeInteger(file.sizeBytes) || file.sizeBytes <= 0)
      throw invalid(`the size of ${file.path} must be above 0`);
    if (paths.has(file.path)) throw invalid(`${file.path} is in the manifest twice`);
    paths.add(file.path);
  }
  for (const path of paths) {
    const parts = path.split('/');
    const above = parts.map((_, depth) => parts.slice(0, depth).join('/')).find((folder) => paths.has(folder));
    if (above !== undefined) throw invalid(`${above} is a file in the manifest and ${path} lies in it`);
  }
  graphFile(manifest);
  return manifest;
}

/** The one file that ends in `.onnx`. */
export function graphFile(manifest: Manifest): ModelFile {
  const graphs = manifest.files.filter(({ path }) => path.endsWith('.onnx'));
  const [graph] = graphs;
  if (graph !== undefined && graphs.length === 1) return graph;
  throw invalid(`a manifest has one .onnx file: this one has ${graphs.length}`);
}

/** The model's digest: sha256 of the manifest as canonical JSON, files by ascending path. */
export function manifestDigest(manifest: Manifest): Digest {
  const files = manifest.files
    .map(({ path, digest: content, sizeBytes }) => ({ path, digest: content, sizeBytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return digest(`sha256:${createHash('sha256').update(JSON.stringify({ files })).digest('hex')}`);
}

const invalid = (message: string): ParetoError => new ParetoError('invalid-argument', message);
