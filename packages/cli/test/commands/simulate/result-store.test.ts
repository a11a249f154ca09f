import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { checkReportPath, createResultStore, writeWhole } from '../../../src/commands/simulate/result-store.js';
import { fakeResult } from '../../support/fake-result.js';

describe('the store of results', () => {
  let folder: TempFolder;
  let report: string;
  beforeEach(async () => {
    folder = await createTempFolder();
    report = folder.file('report.json');
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('returns what was written, by policy and seed', async () => {
    const store = createResultStore(report, ['a', '1.0']);
    const results = [fakeResult(), fakeResult({ seed: 2 }), fakeResult({ policy: '../x/..' })];
    for (const result of results) await store.write(result);
    assert.deepEqual(await Promise.all(results.map((result) => store.read(result))), results);
    assert.equal(await store.read({ policy: 'pareto', seed: 3 }), undefined);
    assert.deepEqual(await readdir(folder.path), ['report.json.runs']);
  });

  it('does not return the results of another scenario or version', async () => {
    const result = fakeResult();
    await createResultStore(report, ['a', '1.0']).write(result);
    for (const identity of [
      ['b', '1.0'],
      ['a', '1.1'],
    ])
      assert.equal(await createResultStore(report, identity).read(result), undefined);
    assert.deepEqual(await createResultStore(report, ['a', '1.0']).read(result), result);
  });

  it('does not return damaged results', async () => {
    const store = createResultStore(report, ['a']);
    await store.write(fakeResult());
    const [name = ''] = await readdir(store.folder);
    const whole = await readFile(`${store.folder}/${name}`, 'utf8');
    for (const content of ['', whole.slice(0, -1), 'null', '{}', whole.replace('pareto', 'other')]) {
      await writeFile(`${store.folder}/${name}`, content);
      assert.equal(await store.read({ policy: 'pareto', seed: 1 }), undefined, content);
    }
  });

  it('is cleared without removing what else is in the folder', async () => {
    const [first, second] = [createResultStore(report, ['a']), createResultStore(report, ['b'])];
    await first.write(fakeResult());
    await mkdir(`${report}.runs/notes`);
    await second.clear();
    assert.equal(await first.read(fakeResult()), undefined);
    assert.deepEqual(await readdir(`${report}.runs`), ['notes']);
    await createResultStore(folder.file('other.json'), ['a']).clear();
  });

  it('keeps whole files when two commands write to one folder', async () => {
    const [a, b] = [createResultStore(report, ['a']), createResultStore(report, ['a'])];
    const result = fakeResult({
      tasks: Array.from({ length: 20_000 }, () => ({ task: 'x', totals: fakeResult().totals })),
    });
    const writes = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? a : b).write(result));
    const reads = Array.from({ length: 20 }, () => a.read(result));
    for (const read of await Promise.all(reads)) if (read !== undefined) assert.deepEqual(read, result);
    await Promise.all(writes);
    assert.deepEqual(await readdir(a.folder), ['pareto-1.json']);
  });

  it('says which path cannot be written', async () => {
    await writeFile(`${report}.runs`, '');
    await assert.rejects(
      createResultStore(report, ['a']).write(fakeResult()),
      /can't write .*report\.json\.runs.*EEXIST|ENOTDIR/,
    );
    await assert.rejects(writeWhole(folder.path, ''), /can't write .*(EISDIR|ENOTEMPTY|EEXIST|EBUSY)/);
    assert.deepEqual(await readdir(folder.path), ['report.json.runs']);
  });
});

describe('checkReportPath', () => {
  it('accepts new and existing files, and rejects others', async () => {
    await using folder = await createTempFolder();
    const file = folder.file('a.json');
    await checkReportPath(file);
    await writeFile(file, 'before');
    await checkReportPath(file);
    assert.equal(await readFile(file, 'utf8'), 'before');
    await assert.rejects(checkReportPath(folder.path), {
      message: `can't write ${folder.path}: it is not a regular file; pass the path of a file`,
    });
    await assert.rejects(checkReportPath('/dev/null'), /it is not a regular file/);
    await assert.rejects(checkReportPath(folder.file('none/a.json')), /can't write .*none\/a\.json: ENOENT/);
    assert.deepEqual(await readdir(folder.path), ['a.json']);
  });
});
