import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import {
  defaultLimits,
  describeLimit,
  limitDescriptions,
  limitError,
  limitOf,
  limitText,
  type LimitName,
} from '@pareto/protocol';
import { createChannel, createClient, createLimiter, createServer } from '../../src/index.js';

describe('the limiter', () => {
  it('counts the limits of this process, and not those that another one reached', async () => {
    const reached: string[] = [];
    const limiter = createLimiter({ onReached: (limit) => reached.push(limit) });
    const remote = createServer();
    remote.add('inference.GRPCInferenceService', {
      async modelReady() {
        throw limitError('rank', 'invalid-argument', 'too many');
      },
    });
    const channel = createChannel(`127.0.0.1:${await remote.listen('127.0.0.1', 0)}`);
    try {
      const forwarded = await createClient(channel, 'inference.GRPCInferenceService')
        .modelReady({ name: 'a' })
        .catch((error: unknown) => error);
      const { details = {} } = forwarded instanceof ParetoError ? forwarded : {};
      limiter.count(forwarded);
      limiter.count(new ParetoError('unavailable', 'wrapped', { cause: forwarded, details }));
      assert.equal(limitOf(forwarded), 'rank');
      limiter.count(new ParetoError('internal', 'none'));
      limiter.count(limitError('nameBytes', 'invalid-argument', 'too long'));
    } finally {
      channel.close();
      remote.close();
    }
    assert.deepEqual(reached, ['name-bytes']);
  });
});

describe('the table of limits', () => {
  const names = Object.keys(limitDescriptions) as LimitName[];

  it('has the value of each limit, or the flags that set it', () => {
    for (const name of names) assert.ok(name in defaultLimits || limitDescriptions[name].flags !== undefined, name);
  });

  it('is found by the names that programs see', () => {
    for (const name of names) assert.equal(describeLimit(limitText(name)), limitDescriptions[name]);
    assert.equal(describeLimit('messageBytes'), undefined);
    assert.equal(describeLimit('of-a-newer-release'), undefined);
  });
});
