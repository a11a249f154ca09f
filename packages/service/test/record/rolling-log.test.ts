import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import type { Logger } from '@pareto/telemetry';
import { createManualClock, createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { createRollingLog } from '../../src/index.js';

function setUp(folder: Pick<TempFolder, 'file'>, maxBytes = 10_000, name = 'arrivals.csv') {
  const logged: string[] = [];
  const note =
    (level: string) =>
    (message: string): void =>
      void logged.push(`${level}: ${message}`);
  const logger = { info: note('info'), warn: note('warn') } as Partial<Logger> as Logger;
  const [file, clock] = [folder.file(name), createManualClock()];
  const lines = { header: '#head', lostLine: (count: number) => `#lost ${count}` };
  const log = createRollingLog({ file, maxBytes, ...lines, clock, logger });
  return { file, clock, logged, log, text: () => readFileSync(file, 'utf8') };
}

describe('a rolling log', () => {
  it('writes lines within a second, for the owner of the file alone', async () => {
    await using folder = await createTempFolder();
    const { log, clock, file, text, logged } = setUp(folder);
    log.append('a');
    log.append('b');
    await clock.advance(999);
    assert.equal(existsSync(file), false);
    await clock.advance(1);
    await waitFor('the lines', async () => (existsSync(file) && text() === '#head\na\nb\n') || undefined);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    log.append('c');
    await log.close();
    assert.equal(text(), '#head\na\nb\nc\n');
    assert.deepEqual(logged, ['info: recording arrivals']);
  });

  it('continues a file whose last line was cut, and hides it from others', async () => {
    await using folder = await createTempFolder();
    writeFileSync(folder.file('arrivals.csv'), '#head\na\nhal', { mode: 0o644 });
    const { log, file, text } = setUp(folder);
    log.append('b');
    await log.close();
    assert.equal(text(), '#head\na\nhal\n#head\nb\n');
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('keeps the last lines in two files of half the size', async () => {
    await using folder = await createTempFolder();
    const { log, file, text } = setUp(folder, 200);
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    for (const line of lines) {
      log.append(line);
      await log.close();
      const bytes = [file, `${file}.1`].map((path) => (existsSync(path) ? statSync(path).size : 0));
      assert.ok(Math.max(...bytes) <= 100, `${bytes.join(' and ')} bytes`);
    }
    const kept = `${readFileSync(`${file}.1`, 'utf8')}${text()}`.split('\n').filter((line) => line.startsWith('line'));
    assert.ok(kept.length > 10, `${kept.length} lines`);
    assert.deepEqual(kept, lines.slice(-kept.length));
  });

  it('loses lines that are appended faster than they are written, within the size', async () => {
    await using folder = await createTempFolder();
    const { log, file, text } = setUp(folder, 400);
    for (let index = 0; index < 100; index++) log.append(`line ${index}`);
    await log.close();
    log.append('last');
    await log.close();
    const written = `${existsSync(`${file}.1`) ? readFileSync(`${file}.1`, 'utf8') : ''}${text()}`.split('\n');
    const lost = Number(/^#lost (\d+)$/m.exec(text())?.[1]);
    assert.ok(lost > 0);
    assert.equal(written.filter((line) => line.startsWith('l')).length, 101 - lost);
    assert.ok(statSync(file).size <= 200);
  });

  it('loses lines that cannot be written, counts them, and warns once', async () => {
    await using folder = await createTempFolder();
    const { log, clock, file, text, logged } = setUp(folder);
    mkdirSync(file);
    for (const line of ['a', 'b', 'c']) {
      log.append(line);
      await clock.advance(1_000);
      await log.close();
    }
    rmdirSync(file);
    log.append('d');
    await log.close();
    assert.equal(text(), '#head\n#lost 3\nd\n');
    assert.deepEqual(logged.slice(1), ['warn: the recording cannot be written', 'info: the recording continues']);
  });

  it('warns about a full disk', async function () {
    if (process.platform !== 'linux') this.skip();
    const mode = statSync('/dev/full').mode;
    const { log, logged } = setUp({ file: (name) => name }, 10_000, '/dev/full');
    log.append('a');
    await log.close();
    assert.deepEqual(logged.slice(1), ['warn: the recording cannot be written']);
    assert.equal(statSync('/dev/full').mode, mode, 'the device is not hidden');
  });
});
