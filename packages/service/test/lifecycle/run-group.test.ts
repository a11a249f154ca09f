import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { createLifecycle, createRunGroup, type Lifecycle, type RunGroup, type Runnable } from '../../src/index.js';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });

function group(...runnables: Runnable[]): { group: RunGroup; lifecycle: Lifecycle } {
  const lifecycle = createLifecycle(logger);
  return { lifecycle, group: createRunGroup(runnables, { lifecycle, logger, clock: systemClock, stopTimeoutMs: 20 }) };
}

function leavingGroup(...runnables: Runnable[]): { group: RunGroup; lifecycle: Lifecycle; clock: ManualClock } {
  const lifecycle = createLifecycle(logger);
  const clock = createManualClock();
  const options = { lifecycle, logger, clock, lameDuckMs: 5_000, stopTimeoutMs: 20 };
  return { lifecycle, clock, group: createRunGroup(runnables, options) };
}

function recorder(): { events: string[]; part: (name: string, changes?: Partial<Runnable>) => Runnable } {
  const events: string[] = [];
  const part = (name: string, changes: Partial<Runnable> = {}): Runnable => ({
    name,
    start: async () => void events.push(`+${name}`),
    stop: async () => void events.push(`-${name}`),
    ...changes,
  });
  return { events, part };
}

describe('run group', () => {
  it('starts in order and stops in reverse', async () => {
    const { events, part } = recorder();
    const { group: g, lifecycle } = group(part('a'), part('b'));
    await g.start();
    assert.equal(lifecycle.state, 'serving');
    const stopped = g.stop();
    assert.equal(lifecycle.state, 'draining');
    assert.ok(lifecycle.draining.aborted);
    await stopped;
    await g.finished;
    assert.deepEqual(events, ['+a', '+b', '-b', '-a']);
    assert.equal(lifecycle.state, 'stopped');
  });

  it('stops the started parts and throws when a part fails to start', async () => {
    const { events, part } = recorder();
    const broken = part('b', { start: () => Promise.reject(new Error('no port')) });
    const { group: g, lifecycle } = group(part('a'), broken, part('c'));
    await assert.rejects(g.start(), /no port/);
    assert.deepEqual(events, ['+a', '-a']);
    assert.equal(lifecycle.state, 'failed');
  });

  it('stops all parts when one fails, and rejects with the first failure', async () => {
    const { events, part } = recorder();
    let fail = (_error: unknown): void => {};
    const fragile = part('b', { start: async (given) => void (fail = given) });
    const { group: g, lifecycle } = group(part('a'), fragile);
    await g.start();
    fail(new Error('first'));
    fail(new Error('second'));
    await assert.rejects(g.finished, /first/);
    assert.deepEqual(events, ['+a', '-b', '-a']);
    assert.equal(lifecycle.state, 'failed');
  });

  it('continues past a part that does not stop or whose stop throws', async () => {
    const { events, part } = recorder();
    const stuck = part('b', { stop: () => new Promise(() => {}) });
    const clumsy = part('c', { stop: () => Promise.reject(new Error('clumsy')) });
    const { group: g } = group(part('a'), stuck, clumsy);
    await g.start();
    await g.stop();
    assert.deepEqual(events, ['+a', '+b', '+c', '-a']);
  });

  it('leaves for the time of a lame duck before it drains', async () => {
    const { events, part } = recorder();
    const { group: g, lifecycle, clock } = leavingGroup(part('a'));
    await g.start();
    const stopped = g.stop();
    await clock.advance(4_999);
    assert.deepEqual(
      [lifecycle.state, lifecycle.leaving.aborted, lifecycle.draining.aborted],
      ['leaving', true, false],
    );
    assert.deepEqual(events, ['+a']);
    await clock.advance(1);
    await stopped;
    assert.deepEqual([events, lifecycle.state], [['+a', '-a'], 'stopped']);
  });

  it('does not leave before it stops if a part fails, also while it leaves', async () => {
    for (const isLeaving of [false, true]) {
      let fail = (_error: unknown): void => {};
      const { part } = recorder();
      const { group: g, lifecycle } = leavingGroup(part('a', { start: async (given) => void (fail = given) }));
      await g.start();
      if (isLeaving) void g.stop();
      fail(new Error('broken'));
      await assert.rejects(g.finished, /broken/);
      assert.deepEqual([lifecycle.state, lifecycle.leaving.aborted], ['failed', true]);
    }
  });

  it('can be stopped while starting', async () => {
    const { events, part } = recorder();
    const { group: g, lifecycle } = group(part('a'), part('b', { start: async () => void g.stop() }), part('c'));
    await g.start();
    await g.finished;
    assert.ok(!events.includes('+c'));
    assert.equal(lifecycle.state, 'stopped');
  });
});
