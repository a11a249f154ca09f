import assert from 'node:assert/strict';
import { milliseconds, ParetoError, systemClock, type Clock, type ErrorCode } from '@pareto/core';
import { notLeaderError } from '@pareto/rpc';
import { repeat, repeatOptions, type RepeatOptions } from '../../src/connection/repeat.js';
import { createTerminal } from '../../src/terminal/terminal.js';

/** Returns a clock on which time passes only during `sleep`. */
function createSleeper(): Clock {
  let now = 0;
  return {
    ...systemClock,
    now: () => milliseconds(now),
    sleep: async (delay) => void (now += delay),
  };
}

describe('repeat', () => {
  const reported: string[] = [];
  const options = (): RepeatOptions => ({
    signal: new AbortController().signal,
    clock: createSleeper(),
    onRepeat: ({ message }) => void reported.push(message),
  });
  beforeEach(() => void (reported.length = 0));

  const failing = (error: Error, times: number): (() => Promise<string>) => {
    let left = times;
    return async () => {
      if (left-- > 0) throw error;
      return 'done';
    };
  };

  it('repeats after retryable errors and reports them', async () => {
    for (const error of [
      new ParetoError('unavailable', 'away'),
      new ParetoError('aborted', 'changed'),
      new ParetoError('cancelled', 'the server stops'),
      notLeaderError(undefined),
      new ParetoError('unavailable', 'an election is in progress', { details: { 'pareto-leader': '' } }),
    ]) {
      assert.equal(await repeat(failing(error, 3), options()), 'done');
      assert.deepEqual(reported.splice(0), Array(3).fill(error.message));
    }
  });

  it('throws other errors without repeating', async () => {
    for (const code of ['failed-precondition', 'not-found', 'internal'] satisfies ErrorCode[]) {
      await assert.rejects(repeat(failing(new ParetoError(code, 'no'), 1), options()), { code });
    }
    assert.deepEqual(reported, []);
  });

  it('gives up after 20 s of failures, or after maxFailingMs', async () => {
    const away = new ParetoError('unavailable', 'away');
    await assert.rejects(repeat(failing(away, Infinity), options()), away);
    assert.equal(reported.length, 40);
    assert.equal(await repeat(failing(away, 1_000), { ...options(), maxFailingMs: Infinity }), 'done');
  });

  it('restarts the time limit when the work makes progress', async () => {
    const away = failing(new ParetoError('unavailable', 'away'), 100);
    const work = (onProgress: () => void): Promise<string> => {
      onProgress();
      return away();
    };
    assert.equal(await repeat(work, options()), 'done');
  });
});

describe('repeatOptions', () => {
  it('prints each reason once, ignoring the times in it', () => {
    let written = '';
    const terminal = createTerminal({ write: () => undefined }, { write: (text: string) => (written += text) });
    const { signal } = new AbortController();
    const { onRepeat } = repeatOptions({ terminal, clock: systemClock, stop: signal, kill: signal });
    for (const span of ['3 s', '4 s', '900 ms', '1.5 min'])
      onRepeat(new ParetoError('unavailable', `silent for ${span}`));
    for (const port of [8100, 8110]) onRepeat(new ParetoError('unavailable', `nothing is at ${port}`));
    assert.deepEqual(written.trim().split('\n'), [
      'retrying: silent for 3 s',
      'retrying: nothing is at 8100',
      'retrying: nothing is at 8110',
    ]);
  });
});
