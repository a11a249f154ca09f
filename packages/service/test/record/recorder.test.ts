import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Logger } from '@pareto/telemetry';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { createRecorder } from '../../src/index.js';

function setUp(folder: Pick<TempFolder, 'file'>, maxBytes: number, file = 'log.jsonl') {
  const logged: string[] = [];
  const log =
    (level: string) =>
    (message: string): void =>
      void logged.push(`${level}: ${message}`);
  const logger = { info: log('info'), warn: log('warn') } as Partial<Logger> as Logger;
  const path = folder.file(file);
  return { path, logged, recorder: createRecorder({ file: path, maxBytes, logger }) };
}

describe('a recorder', () => {
  it('writes one line for each event, for the owner of the file alone', async () => {
    await using folder = await createTempFolder();
    const { path, recorder, logged } = setUp(folder, 1_000);
    recorder.record({ at: 1, event: { kind: 'a' } });
    recorder.record({ at: 2, text: 'two\nlines', none: undefined });
    await recorder.close();
    assert.equal(readFileSync(path, 'utf8'), '{"at":1,"event":{"kind":"a"}}\n{"at":2,"text":"two\\nlines"}\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(logged, ['info: recording events and decisions']);
  });

  it('stops at the limit, with whole lines and one warning', async () => {
    await using folder = await createTempFolder();
    const { path, recorder, logged } = setUp(folder, 25);
    for (let at = 0; at < 10; at++) recorder.record({ at });
    assert.equal(recorder.isRecording, false);
    await recorder.close();
    assert.equal(readFileSync(path, 'utf8'), '{"at":0}\n{"at":1}\n');
    assert.deepEqual(logged.slice(1), ['warn: the recording has stopped']);
  });

  it('stops with one warning if the file cannot be written', async () => {
    await using folder = await createTempFolder();
    const { recorder, logged } = setUp(folder, 1_000, 'none/log.jsonl');
    recorder.record({ at: 1 });
    await waitFor('the warning', async () => (recorder.isRecording ? undefined : true));
    recorder.record({ at: 2 });
    await recorder.close();
    assert.deepEqual(logged.slice(1), ['warn: the recording has stopped']);
  });

  it('hides a file that others could read from them', async () => {
    await using folder = await createTempFolder();
    writeFileSync(folder.file('log.jsonl'), 'before', { mode: 0o644 });
    const { path, recorder } = setUp(folder, 1_000);
    recorder.record({ at: 1 });
    await recorder.close();
    assert.equal(readFileSync(path, 'utf8'), '{"at":1}\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('warns if the last lines cannot be written', async function () {
    if (process.platform !== 'linux') this.skip();
    const mode = statSync('/dev/full').mode;
    const { recorder, logged } = setUp({ file: (name) => name }, 1_000, '/dev/full');
    recorder.record({ at: 1 });
    await recorder.close();
    assert.deepEqual(logged.slice(1), ['warn: the recording has stopped']);
    assert.equal(statSync('/dev/full').mode, mode, 'the device is not hidden');
  });
});
