import assert from 'node:assert/strict';
import { link, mkdir, symlink } from 'node:fs/promises';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { describeFiles } from '../../src/generating/generated-files.js';

describe('describeFiles', () => {
  let temp: TempFolder;
  before(async () => {
    temp = await createTempFolder();
    await temp.put({ secret: 'secret', 'made/model.onnx': 'model' });
    await symlink(temp.file('secret'), temp.file('made/symbolic'));
    await link(temp.file('secret'), temp.file('made/hard'));
    await mkdir(temp.file('made/folder'));
  });
  after(() => temp[Symbol.asyncDispose]());

  it('returns the paths, sizes and digests of files', async () => {
    const [file] = await describeFiles(temp.file('made'), ['model.onnx']);
    assert.deepEqual([file?.path, file?.sizeBytes], [temp.file('made/model.onnx'), 5]);
  });

  for (const name of ['symbolic', 'hard', 'folder', '../secret']) {
    it(`rejects ${name}, which is not a file of the process`, () =>
      assert.rejects(describeFiles(temp.file('made'), [name]), { code: 'internal', message: /not a plain file/ }));
  }
});
