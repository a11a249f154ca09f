import assert from 'node:assert/strict';
import { bytes, digest, type Manifest } from '@pareto/core';
import { checkDigest, checkManifest, graphFile, manifestDigest } from '../../src/index.js';

const content = digest(`sha256:${'a'.repeat(64)}`);
const manifest = (...paths: readonly string[]): Manifest => ({
  files: paths.map((path) => ({ path, digest: content, sizeBytes: bytes(1) })),
});

describe('manifest', () => {
  it('has the same digest for any order of its files', () => {
    assert.equal(manifestDigest(manifest('a.onnx', 'w.bin')), manifestDigest(manifest('w.bin', 'a.onnx')));
    assert.notEqual(manifestDigest(manifest('a.onnx', 'w.bin')), manifestDigest(manifest('a.onnx', 'v.bin')));
    assert.match(manifestDigest(manifest('a.onnx')), /^sha256:[0-9a-f]{64}$/);
  });

  it('returns its graph', () => {
    assert.equal(graphFile(checkManifest(manifest('w.bin', 'deep/a.onnx', 'deep/a.onnx.w'))).path, 'deep/a.onnx');
  });

  const rejected: readonly [string, Manifest, RegExp][] = [
    ['no graph', manifest('w.bin'), /has 0 .onnx files: expected exactly one/],
    ['two graphs', manifest('a.onnx', 'b.onnx'), /has 2 .onnx files/],
    ['one path twice', manifest('a.onnx', 'w', 'w'), /w is in the manifest twice/],
    [
      'a path that is both a file and a folder',
      manifest('a.onnx', 'w', 'w/x/y'),
      /w is a file in the manifest and w\/x\/y is inside it/,
    ],
    ['a path that leaves the folder', manifest('../a.onnx'), /expected a path inside the model's folder/],
    ['an absolute path', manifest('/a.onnx'), /expected a path inside/],
    ['a path of too many folders', manifest(`${'d/'.repeat(32)}a.onnx`), /with at most 32 folders/],
    ['a path with a name that no file system accepts', manifest(`${'n'.repeat(256)}.onnx`), /expected a path inside/],
    [
      'too many files',
      manifest('a.onnx', ...Array.from({ length: 4_096 }, (_, i) => `w${i}`)),
      /has 4097 files: expected at/,
    ],
    ['a path with a backslash', manifest('..\\a.onnx'), /expected a path inside/],
    [
      'an empty file',
      { files: [{ path: 'a.onnx', digest: content, sizeBytes: bytes(0) }] },
      /the size of a.onnx is 0 bytes/,
    ],
    [
      'an invalid digest',
      { files: [{ path: 'a.onnx', digest: digest('md5:1'), sizeBytes: bytes(1) }] },
      /is not a digest/,
    ],
  ];
  for (const [what, given, why] of rejected)
    it(`rejects ${what}`, () => assert.throws(() => checkManifest(given), why));

  it('rejects a digest in upper case', () => {
    assert.throws(() => checkDigest(`sha256:${'A'.repeat(64)}`), /is not a digest/);
  });
});
