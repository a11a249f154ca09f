// Backups to a file: when they are written, their age, and a restart with the same flags.

import assert from 'node:assert/strict';
import { rm, stat } from 'node:fs/promises';
import { milliseconds } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import type { Term } from '../../src/leadership/leadership.js';
import { createBackups } from '../../src/maintenance/backups.js';
import { clock, startController, type TestController } from '../support/start-controller.js';

const minuteMs = 60_000;

describe('backups', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const exists = (file: string): Promise<boolean> =>
    stat(file).then(
      () => true,
      () => false,
    );

  it('are written when the controller begins to lead, at the interval, and at the stop', async () => {
    const manual = createManualClock();
    await using store = await openEmbeddedStore(folder.file('store'), { clock });
    const backupFile = folder.file('backup');
    const stop = new AbortController();
    let changed = (): void => undefined;
    const leader = {
      term: undefined as Term | undefined,
      onChange: (listener: () => void) => void (changed = listener),
    };
    const logger = createLogger({ service: 'controller', level: 'silent', format: 'json' });
    const backups = createBackups({ store, leader, backupFile, backupMinutes: 60, clock: manual, logger });
    const running = backups.run(stop.signal);
    /** Waits for a backup, and removes it. */
    const written = async (): Promise<void> => {
      await waitFor('a backup', async () => ((await exists(backupFile)) ? true : undefined));
      await clock.sleep(milliseconds(400));
      await rm(backupFile);
    };
    const isWritten = async (): Promise<boolean> => {
      await clock.sleep(milliseconds(400));
      return exists(backupFile);
    };

    assert.deepEqual([await isWritten(), backups.ageMs()], [false, Infinity]);
    changed();
    assert.equal(await isWritten(), false, 'another controller leads');
    leader.term = { since: milliseconds(0), lost: stop.signal };
    changed();
    await written();
    await manual.advance(59 * minuteMs);
    assert.deepEqual([await isWritten(), backups.ageMs()], [false, 59 * minuteMs]);
    await manual.advance(minuteMs);
    await written();
    assert.equal(backups.ageMs(), 0);
    stop.abort();
    await running;
    assert.equal(await isWritten(), true, 'it stops');
  });

  it('need no more than a controller that leads, and are restored once', async () => {
    const backup = folder.file('backup');
    let controller: TestController = await startController(folder.path, { backupFile: backup });
    try {
      await waitFor('a backup', async () => ((await exists(backup)) ? true : undefined));
      await controller.registry.registerTask({ name: 'first', metric: 'top1' });
      await controller[Symbol.asyncDispose]();
      const flags = { restore: backup };
      controller = await startController(folder.file('elsewhere'), flags);
      await controller.registry.registerTask({ name: 'second', metric: 'top1' });
      await controller[Symbol.asyncDispose]();
      controller = await startController(folder.file('elsewhere'), flags);
      const { tasks } = await controller.registry.list({});
      assert.deepEqual(tasks.map(({ name }) => name).sort(), ['first', 'second']);
    } finally {
      await controller[Symbol.asyncDispose]();
    }
  });
});
