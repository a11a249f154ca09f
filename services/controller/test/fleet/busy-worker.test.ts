// A worker that sends nothing, while its process answers liveness probes, or no longer does.

import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { startLivenessResponder } from '@pareto/service';
import { createLogger } from '@pareto/telemetry';
import { createTempFolder, freePorts, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';

/** Several probes may fail on a busy machine, on whose clock each has 300 ms, before a worker is gone. */
const fleet = { rejoinMs: 4_000, firstJoinMs: 1_500 };
const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });

describe('a worker that is too busy to send anything', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let controller: TestController;
  let port: number;
  let responder: AsyncDisposable;
  let workers: FakeWorker[];
  const worker = (id: string): FakeWorker => {
    const one = startWorker(controller.address, { id, incarnation: id, address: `127.0.0.1:${port}` });
    workers.push(one);
    return one;
  };
  const joined = (one: FakeWorker): Promise<true> =>
    waitFor('the assignments', () => (one.assignments.length > 0 ? true : undefined));
  const awaited = async (id: string): Promise<boolean | undefined> =>
    (await controller.fleet.listWorkers({})).workers.find((one) => one.workerId === id)?.awaited;

  beforeEach(async () => {
    workers = [];
    folder = await createTempFolder();
    controller = await startController(folder.path, {}, { fleet });
    [port = assert.fail()] = await freePorts(1);
    responder = await startLivenessResponder({
      ...{ host: '127.0.0.1', port, incarnation: 'busy', clock: systemClock, logger },
    });
    await joined(worker('other'));
  });
  afterEach(async () => {
    for (const one of workers) one.leave();
    await responder[Symbol.asyncDispose]();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('keeps its session while its process answers probes', async () => {
    const busy = worker('busy');
    await joined(busy);
    busy.stopReporting();
    await clock.sleep(milliseconds(9_000));
    assert.equal(busy.ended(), undefined);
    await responder[Symbol.asyncDispose]();
    await waitFor('the end of the session', () => (busy.ended() === undefined ? undefined : true));
  });

  it('is awaited after the end of its session while its process answers probes', async () => {
    const busy = worker('busy');
    await joined(busy);
    busy.leave();
    await clock.sleep(milliseconds(9_000));
    assert.equal(await awaited('busy'), true);
    await responder[Symbol.asyncDispose]();
    await waitFor('its expiry', async () => ((await awaited('busy')) === false ? true : undefined));
  });

  it('is not awaited for longer because another process answers at its address', async () => {
    const gone = worker('gone');
    await joined(gone);
    gone.leave();
    await waitFor('its expiry', async () => ((await awaited('gone')) === false ? true : undefined));
  });
});
