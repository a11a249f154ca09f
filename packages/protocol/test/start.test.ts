// What a process loads with this package when it starts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const program = `
import { createRequire } from 'node:module';
await import(${JSON.stringify(import.meta.resolve('@pareto/protocol'))});
console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`;

describe('the start of a process', () => {
  it('does not load the parser of proto files', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    const loaded = JSON.parse(stdout) as readonly string[];
    assert.ok(loaded.some((path) => path.includes('protobufjs')));
    assert.deepEqual(
      loaded.filter((path) => path.includes('proto-loader')),
      [],
    );
  });
});
