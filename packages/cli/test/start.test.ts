// What every command loads when it starts, which takes most of its CPU time.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** Returns the texts of a file of the bundle and of all files that it imports statically. */
async function readStart(file: string, read = new Map<string, string>()): Promise<readonly string[]> {
  if (read.has(file)) return [];
  const text = await readFile(`${dist}${file}`, 'utf8');
  read.set(file, text);
  for (const [, imported = ''] of text.matchAll(/^(?:import|\} from) "\.\/(main-\w+\.js)";$/gm))
    await readStart(imported, read);
  return [...read.values()];
}

describe('the start of a command', () => {
  it('loads no package that only some commands use, and none that is slow to load', async () => {
    const texts = await readStart('main.js');
    const packages = new Set(
      texts.flatMap((text) =>
        Array.from(text.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm), ([, name = '']) => name),
      ),
    );
    assert.ok(packages.has('commander') && packages.has('@grpc/grpc-js'), [...packages].join());
    const slow = ['string-width', 'js-yaml', 'onnxruntime-node', 'yazl', 'yauzl', 'lmdb', 'node-forge'];
    assert.deepEqual(
      slow.filter((name) => packages.has(name)),
      [],
    );
  });
});
