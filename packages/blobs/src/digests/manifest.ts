// Digests and manifests. A manifest lists the files of a model: its graph (the only `.onnx` file) and the graph's data files.

import { createHash } from 'node:crypto';
import { digest, ParetoError, type Digest, type Manifest, type ModelFile } from '@pareto/core';

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Throws `invalid-argument` unless `text` is `sha256:` and 64 lower-case hexadecimal digits. */
export function checkDigest(text: string): Digest {
  if (digestPattern.test(text)) return digest(text);
  throw invalid(`${JSON.stringify(text.slice(0, 100))} is not a digest: expected sha256: and 64 hexadecimal digits`);
}

/** Returns the digest with these hexadecimal digits. Undefined if the text is not 64 such digits. */
export const digestOfHex = (hex: string): Digest | undefined =>
  digestPattern.test(`sha256:${hex}`) ? digest(`sha256:${hex}`) : undefined;

export const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);

/** Limits of a path. File systems limit the length of each part. */
const [maxPathLength, maxDepth, maxPartLength] = [1024, 32, 255];
const maxFiles = 4_096;

/** Throws `invalid-argument` if `path` is absolute, leaves its folder, or is too long or deep. `what` names its owner in the error. */
export function checkRelativePath(path: string, what: string): string {
  const parts = path.split('/');
  const isShort =
    path.length <= maxPathLength && parts.length <= maxDepth && parts.every((part) => part.length <= maxPartLength);
  if (isShort && !/[\\\0:]/.test(path) && parts.every((part) => !['', '.', '..'].includes(part))) return path;
  throw invalid(
    `${what} is at ${JSON.stringify(path.slice(0, 200))}: expected a path inside the model's folder, e.g. weights.bin, with at most ${maxDepth} folders and ${maxPathLength} characters`,
  );
}

/**
 * Throws `invalid-argument` if a path, a digest or a size is invalid, paths clash, there is not exactly one graph, or there are
 * too many files.
 */
export function checkManifest(manifest: Manifest): Manifest {
  if (manifest.files.length > maxFiles)
    throw invalid(`the manifest has ${manifest.files.length} files: expected at most ${maxFiles}`);
  const paths = new Set<string>();
  for (const file of manifest.files) {
    checkRelativePath(file.path, 'a file of the manifest');
    checkDigest(file.digest);
    if (!Number.isSafeInteger(file.sizeBytes) || file.sizeBytes <= 0)
      throw invalid(`the size of ${file.path} is ${file.sizeBytes} bytes: expected a whole number above 0`);
    if (paths.has(file.path)) throw invalid(`${file.path} is in the manifest twice`);
    paths.add(file.path);
  }
  for (const path of paths) {
    const parts = path.split('/');
    const above = parts.map((_, depth) => parts.slice(0, depth).join('/')).find((folder) => paths.has(folder));
    if (above !== undefined)
      throw invalid(`${above} is a file in the manifest and ${path} is inside it: give one of them another path`);
  }
  graphFile(manifest);
  return manifest;
}

/** Returns the only file that ends in `.onnx`. Throws `invalid-argument` if there is none or more than one. */
export function graphFile(manifest: Manifest): ModelFile {
  const graphs = manifest.files.filter(({ path }) => path.endsWith('.onnx'));
  const [graph] = graphs;
  if (graph !== undefined && graphs.length === 1) return graph;
  throw invalid(`the manifest has ${graphs.length} .onnx files: expected exactly one`);
}

/** Returns the digest of a model: sha256 of the manifest as canonical JSON, with files by ascending path. */
export function manifestDigest(manifest: Manifest): Digest {
  const files = manifest.files
    .map(({ path, digest: content, sizeBytes }) => ({ path, digest: content, sizeBytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return digest(`sha256:${createHash('sha256').update(JSON.stringify({ files })).digest('hex')}`);
}

const invalid = (message: string): ParetoError => new ParetoError('invalid-argument', message);
