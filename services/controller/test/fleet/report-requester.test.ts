// Requests of immediate reports, on a clock that the test advances.

import assert from 'node:assert/strict';
import { workerId, type WorkerId } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import { createReportRequester } from '../../src/fleet/report-requester.js';

const worker = workerId('w1');

interface Writer {
  readonly worker: WorkerId;
  /** Sequence numbers of the requests. */
  readonly requests: number[];
  requestReport(sequence: number): void;
}

function createWriter(): Writer {
  const requests: number[] = [];
  return { worker, requests, requestReport: (sequence) => void requests.push(sequence) };
}

describe('the report requester', () => {
  const start = () => {
    const clock = createManualClock();
    const requester = createReportRequester(clock);
    const writer = createWriter();
    requester.attach(writer);
    let resolved = 0;
    const call = (): void => {
      const received = { receivedAt: clock.now(), signal: new AbortController().signal };
      void requester.requestReports([worker], received).then(() => (resolved += 1));
    };
    return { clock, requester, writer, call, resolved: () => resolved };
  };

  it('requests one report for many concurrent calls', async () => {
    const { clock, requester, writer, call, resolved } = start();
    for (let i = 0; i < 40; i += 1) call();
    await clock.advance(5);
    assert.deepEqual([writer.requests, resolved()], [[1], 0]);
    requester.onReport(worker, 1);
    await clock.advance(1);
    assert.deepEqual([writer.requests, resolved()], [[1], 40]);
  });

  it('requests another report for a call that arrived after the request was sent', async () => {
    const { clock, requester, writer, call, resolved } = start();
    call();
    await clock.advance(6);
    call();
    await clock.advance(5);
    assert.deepEqual([writer.requests, resolved()], [[1, 2], 0]);
    requester.onReport(worker, 1);
    await clock.advance(1);
    assert.equal(resolved(), 1);
    requester.onReport(worker, 2);
    await clock.advance(1);
    assert.equal(resolved(), 2);
  });

  it('waits 250 ms for a worker that does not report, and for none that has left', async () => {
    const { clock, requester, writer, call, resolved } = start();
    call();
    await clock.advance(249);
    assert.equal(resolved(), 0);
    await clock.advance(1);
    assert.equal(resolved(), 1);
    call();
    await clock.advance(5);
    assert.equal(resolved(), 1);
    requester.detach(writer);
    await clock.advance(1);
    assert.equal(resolved(), 2);
  });
});
