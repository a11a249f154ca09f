import assert from 'node:assert/strict';
import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { createGrowingFile, type GrowingFile } from '../../src/logs/growing-file.js';

describe('a growing file', () => {
  let folder: TempFolder;
  let path: string;
  let file: GrowingFile;
  beforeEach(async () => {
    folder = await createTempFolder();
    path = folder.file('a.log');
    file = createGrowingFile(path);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('returns each line once, when it is complete', async () => {
    assert.deepEqual(await file.read(), []);
    await writeFile(path, 'one\ntw');
    assert.deepEqual(await file.read(), ['one']);
    assert.deepEqual(await file.read(), []);
    await appendFile(path, 'o\nthree ü\n');
    assert.deepEqual(await file.read(), ['two', 'three ü']);
  });

  it('starts over when it was truncated or replaced', async () => {
    await writeFile(path, 'one\ntwo\n');
    await file.read();
    await truncate(path);
    await appendFile(path, 'new\n');
    assert.deepEqual(await file.read(), ['new']);
    await rename(path, `${path}.1`);
    await writeFile(path, 'other\nlines, longer than before\n');
    assert.deepEqual(await file.read(), ['other', 'lines, longer than before']);
  });
});
