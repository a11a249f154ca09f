import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempFolder } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { makeFolder } from '../../src/files/make-folder.js';

describe('makeFolder', () => {
  it('creates missing parents, also for concurrent and repeated calls', async () => {
    await using folder = await createTempFolder();
    const path = join(folder.path, 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path)]);
    await makeFolder(path);
    assert.ok((await stat(path)).isDirectory());
  });

  it('throws if a parent or the path is a file', async () => {
    await using folder = await createTempFolder();
    await writeFile(join(folder.path, 'file'), '');
    await assert.rejects(makeFolder(join(folder.path, 'file', 'a')), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(folder.path, 'file')), { code: 'EEXIST' });
  });

  it('throws instead of hanging if the system reports ENOENT', async function () {
    if (process.platform !== 'linux') this.skip();
    await assert.rejects(makeFolder('/proc/pareto/x'), { code: 'ENOENT' });
  });
});
