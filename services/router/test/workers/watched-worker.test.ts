// A worker that does not respond, while its process or another one answers liveness probes.

import assert from 'node:assert/strict';
import { defaultPingParams } from '@pareto/policy';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { watchWorker, type WatchedWorker } from '../../src/workers/watched-worker.js';
import type { WorkerLink } from '../../src/workers/worker-link.js';

type Pong = Awaited<ReturnType<WorkerLink['ping']>>;

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const respond = async (): Promise<Pong> => ({
  ...{ workerId: 'w', incarnation: 'i', draining: false, replicas: [], decisionVersion: 0 },
});
const stall = (): Promise<Pong> => new Promise(() => undefined);

describe('a worker that does not respond', () => {
  let clock: ManualClock;
  let worker: WatchedWorker;
  /** Ping of each link that was opened, in order. Links without one stall. */
  let pings: (() => Promise<Pong>)[];
  /** Events of the links, with their numbers. */
  let events: string[];
  let incarnation: string | undefined;

  beforeEach(() => {
    clock = createManualClock();
    [pings, events, incarnation] = [[], [], 'i'];
    let count = 0;
    const connect = (): WorkerLink => {
      const number = count++;
      return {
        address: 'w:1',
        infer: () => assert.fail('no query'),
        ping: () => (pings[number] ?? stall)(),
        onBroken: () => undefined,
        abort: () => void events.push(`abort ${number}`),
        close: () => void events.push(`close ${number}`),
      };
    };
    pings[0] = respond;
    worker = watchWorker('w:1', connect, {
      onPingResponse: () => undefined,
      onLost: (reason) => void events.push(`lost: ${reason}`),
      probe: async () => incarnation,
      pings: defaultPingParams,
      clock,
      logger,
    });
  });
  afterEach(() => worker.leave());

  /** Lets the worker respond once, and then no longer over its first link. */
  const stallFirst = async (): Promise<void> => {
    await clock.advance(10);
    pings[0] = stall;
  };

  it('counts as reached by its answers, not by those of its process to probes', async () => {
    assert.equal(worker.reached, undefined, 'it has not answered yet');
    await stallFirst();
    assert.deepEqual(worker.reached, { id: 'w', incarnation: 'i' });
    await clock.advance(3_500);
    assert.deepEqual([worker.alive, worker.reached], [true, undefined]);
    pings[0] = respond;
    await clock.advance(1_000);
    assert.deepEqual(worker.reached, { id: 'w', incarnation: 'i' });
    pings[0] = stall;
    incarnation = undefined;
    await clock.advance(2_000);
    assert.deepEqual([worker.alive, worker.reached], [false, undefined]);
  });

  it('is lost after 30 s, although its process answers probes', async () => {
    await stallFirst();
    await clock.advance(29_000);
    assert.equal(worker.alive, true);
    assert.deepEqual(events, []);
    await clock.advance(4_000);
    assert.equal(worker.alive, false);
    await clock.advance(4_000);
    assert.match(events.join(), /^lost: timeout,abort 0,close 0/);
  });

  it('is lost immediately if another process answers probes', async () => {
    await stallFirst();
    incarnation = 'another';
    await clock.advance(2_000);
    assert.equal(worker.alive, false);
  });

  it('keeps its queries if it was only busy, and responds on all connections', async () => {
    await stallFirst();
    await clock.advance(8_000);
    pings[0] = respond;
    await clock.advance(5_000);
    assert.equal(worker.alive, true);
    assert.deepEqual(events, []);
  });

  it('gets another connection within 5 s if it responds there', async () => {
    await stallFirst();
    pings[1] = pings[2] = respond;
    await clock.advance(5_000);
    assert.deepEqual(events, ['close 1', 'abort 0', 'close 0']);
    assert.equal(worker.alive, true);
  });
});
