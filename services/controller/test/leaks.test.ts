import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@pareto/core';
import { createTempFolder, pathsIn, type TempFolder } from '@pareto/testkit';
import { startController, type TestController } from './support/start-controller.js';
import { digestOf, registerModel, upload } from './support/upload-model.js';

describe('the errors of a controller', () => {
  let folder: TempFolder;
  let controller: TestController;
  const content = Buffer.from('content');
  const [digest, blobs] = [digestOf(content), (name = ''): string => join(folder.path, 'blobs', name)];

  beforeEach(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
  });
  afterEach(async () => {
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function download(recheck: boolean): Promise<void> {
    for await (const _ of controller.blobs.download({ digest, offset: 0, recheck }));
  }

  /** Fails unless the call is rejected with a text that matches and has no path of this machine. */
  async function check(call: Promise<unknown>, text: RegExp): Promise<void> {
    const message = await call.then(() => 'no error', errorText);
    assert.match(message, text);
    assert.deepEqual(pathsIn(message), [], message);
  }

  it('have no path if the blob folder was replaced', async () => {
    await upload(controller, content);
    await rename(blobs(), folder.file('away'));
    const replaced = /…\/blobs is not the blob folder that was opened/;
    await check(controller.blobs.stat({ digest }), replaced);
    await check(upload(controller, content), replaced);
    await check(download(false), replaced);
    await check(registerModel(controller, 'tiny'), replaced);
  });

  it('have no path if a blob cannot be written', async () => {
    await rm(blobs('sha256'), { recursive: true, force: true });
    await writeFile(blobs('sha256'), '');
    await check(upload(controller, content), /…\/sha256 is not a folder|…\/partial is not a folder/);
  });

  it('have no path if a blob is damaged', async () => {
    await upload(controller, content);
    await writeFile(join(blobs('sha256'), digest.slice(7)), 'damaged');
    await check(download(true), /at …\/blobs was damaged/);
  });
});
