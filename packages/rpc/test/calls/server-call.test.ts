import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import type { IncomingCall } from '../../src/calls/incoming-call.js';
import { OpenCall } from '../../src/calls/server-call.js';
import { TextFields } from '../../src/transport/text-fields.js';

describe('the cancellation of a call', () => {
  const reasonAfter = async (ms: number): Promise<string> => {
    const clock = createManualClock();
    const trailers = new TextFields();
    const call = new OpenCall(50, { trailers, receivedAt: clock.now() } as IncomingCall, trailers, clock);
    await clock.advance(milliseconds(ms));
    call.cancel();
    return String(call.cancellation.reason);
  };

  it('is by the caller before the deadline, and by the deadline if its timer was early', async () => {
    assert.match(await reasonAfter(20), /the caller cancelled/);
    assert.match(await reasonAfter(49), /deadline passed/);
    assert.match(await reasonAfter(50), /deadline passed/);
  });
});
