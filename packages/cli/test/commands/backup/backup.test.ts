import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { notLeaderError } from '@pareto/rpc';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { startProgram } from '../../support/run-program.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function backupOf(epoch: string, ...keys: readonly string[]): string {
  const lines = keys.map((key) => `${JSON.stringify([key, '{}'])}\n`).join('');
  const header = { format: 'pareto-store-backup/1', epoch, schema: 1, entries: keys.length, sha256: sha256(lines) };
  return `${JSON.stringify(header)}\n${lines}`;
}

describe('backup and restore', () => {
  let folder: TempFolder;
  let storage: FakeStorage;
  let controller: FakeController;
  let file: string;
  beforeEach(async () => {
    folder = await createTempFolder();
    file = folder.file('backup');
    storage = createFakeStorage();
    controller = await startFakeController(storage);
  });
  afterEach(async () => {
    controller[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  const run = (...argv: string[]) => startProgram('--controller', controller.address, ...argv).ended;

  it('write a backup, and keep one of another cluster', async () => {
    controller.backup = backupOf('e1', 'a', 'välue', ...Array.from({ length: 50 }, (_, i) => `key-${i}`));
    assert.deepEqual(await run('backup', file), { code: 0, stdout: `wrote 52 records to ${file}\n`, stderr: '' });
    assert.equal(await readFile(file, 'utf8'), controller.backup);
    controller.backup = backupOf('e2', 'b');
    assert.deepEqual(JSON.parse((await run('backup', file, '-o', 'json')).stdout), { file, records: 1 });
    assert.deepEqual((await readdir(folder.path)).sort(), ['backup', 'backup.e1']);
  });

  it('write nothing if the backup is incomplete', async () => {
    controller.backup = backupOf('e1', 'a', 'b').slice(0, -9);
    const { code, stderr } = await run('backup', file);
    assert.equal(code, 1);
    assert.match(stderr, /is damaged/);
    assert.deepEqual(await readdir(folder.path), []);
  });

  it('upload the backup and restore it, also if another controller begins to lead', async () => {
    const text = backupOf('e1', 'a');
    await writeFile(file, text);
    controller.restored = { tasks: 1, architectures: 2, missingFiles: 0 };
    controller.next = { when: 'before', error: notLeaderError(undefined) };
    const { code, stdout } = await run('restore', file);
    assert.deepEqual([code, stdout], [0, `restored 1 task and 2 models from ${file}\n`]);
    const digest = `sha256:${sha256(text)}`;
    assert.equal(storage.blobs.get(digest)?.toString(), text);
    assert.deepEqual(
      new Set(storage.calls.filter((call) => call.startsWith('restore'))),
      new Set([`restore ${digest}`]),
    );
    controller.restored = { tasks: 1, architectures: 2, missingFiles: 3 };
    assert.match((await run('restore', file)).stdout, /\n3 model files are missing from the cluster: copy/);
  });

  it('upload nothing that is not a backup', async () => {
    await writeFile(file, 'hello');
    const { code, stderr } = await run('restore', file);
    assert.equal(code, 1);
    assert.match(stderr, /is not a backup/);
    assert.equal(storage.blobs.size, 0);
  });
});
