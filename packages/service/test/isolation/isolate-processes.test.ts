import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import type { IsolationOptions, MissingProtection, OpenedIsolation } from '@pareto/isolation';
import type { Logger } from '@pareto/telemetry';
import { isolateProcesses } from '../../src/index.js';

const missing: MissingProtection = {
  protection: 'network',
  reason: 'unshare: Operation not permitted',
  consequence: 'a process could open network connections',
  advice: 'allow user namespaces',
};
const config = { executorUid: 60_800, requireIsolation: false, certs: '/certs', clusterTokenFile: undefined };

describe('isolateProcesses', () => {
  /** Isolates on a host without the given protections. Returns what was logged, and what had to be isolated. */
  async function isolate(lacking: readonly MissingProtection[], requireIsolation = false, executorUid = 60_800) {
    const logged: unknown[] = [];
    const log =
      (level: string) =>
      (message: string, fields?: object): void =>
        void logged.push({ level, message, ...fields });
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') } as Logger;
    const opened: IsolationOptions[] = [];
    const open = (options: IsolationOptions): Promise<OpenedIsolation> => {
      opened.push(options);
      const start = (): never => assert.fail('nothing was to be started');
      return Promise.resolve({
        ...{ start, missing: lacking, userIdShortage: undefined },
        [Symbol.dispose]: () => undefined,
      });
    };
    const options = { folders: ['/cache'], libraries: [], secrets: ['/store'], logger, clock: systemClock, open };
    await isolateProcesses({ ...config, executorUid, requireIsolation }, options);
    return { logged, opened };
  }

  it('hides the secrets of the service, and logs that processes are isolated', async () => {
    const { logged, opened } = await isolate([]);
    const [{ onShared: _, ...options } = assert.fail('nothing was opened')] = opened;
    assert.deepEqual(options, {
      ...{ folders: ['/cache'], libraries: [], secrets: ['/certs', '/store'], firstUserId: 60_800 },
    });
    assert.deepEqual(logged, [{ level: 'info', message: 'processes are isolated', firstUserId: 60_800 }]);
  });

  it('warns of what the host lacks, what follows, and what to do', async () => {
    const { logged } = await isolate([missing]);
    assert.deepEqual(logged, [{ level: 'warn', message: 'processes are not fully isolated', missing: [missing] }]);
  });

  it('refuses to start on such a host if isolation is required', async () => {
    await assert.rejects(isolate([missing], true), {
      code: 'failed-precondition',
      message: /--require-isolation.*network \(unshare: Operation not permitted\): allow user namespaces/,
    });
  });

  it('starts on a host that lacks nothing if isolation is required', async () => {
    const { logged } = await isolate([], true);
    assert.equal(logged.length, 1);
  });

  it('runs no model as a user of the host', async function () {
    if (process.getuid?.() !== 0) {
      Object.assign(this.test ?? {}, { skipReason: 'only root can start processes as other users' });
      this.skip();
    }
    await assert.rejects(isolate([], false, 1), {
      code: 'invalid-argument',
      message: /^--executor-uid 1: user \S+ \(\d+\) of this host has one of its 512 ids/,
    });
  });

  const noId: MissingProtection = { ...missing, protection: 'user-ids', reason: 'all are in use' };

  it('warns of processes that start later and share a user id, five times in 10 s', async () => {
    const { logged, opened } = await isolate([]);
    for (let started = 0; started < 20; started++) opened[0]?.onShared([noId]);
    assert.deepEqual(logged[1], { level: 'warn', message: 'processes are not fully isolated', missing: [noId] });
    assert.equal(logged.length, 6);
  });

  it('refuses such a process if isolation is required', async () => {
    const { opened } = await isolate([], true);
    assert.throws(() => opened[0]?.onShared([noId]), {
      code: 'resource-exhausted',
      message: /--require-isolation demands\. Missing: user-ids \(all are in use\)/,
    });
  });
});
