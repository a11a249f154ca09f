import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { watchMemory } from '../../src/processes/process-memory.js';

function createActivity() {
  let listener: () => void = () => undefined;
  const activity = { isBusy: false, onCall: (next: () => void) => void (listener = next) };
  return { activity, call: () => listener() };
}

describe('memory watch', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('checks while the process executes calls and once after that, and sets no timer while it is idle', async () => {
    const clock = createManualClock();
    const { activity, call } = createActivity();
    let limit = Infinity;
    let exceeded = 0;
    using _watch = watchMemory({
      ...{ pid: process.pid, activity, clock, extraBytes: () => limit },
      onExceeded: () => (exceeded += 1),
    });
    assert.equal(clock.waiting, 0);
    activity.isBusy = true;
    call();
    await clock.advance(1_000);
    assert.equal(clock.waiting, 1);
    activity.isBusy = false;
    await clock.advance(200);
    assert.equal(clock.waiting, 0);
    limit = -Infinity;
    call();
    await clock.advance(100);
    assert.equal(exceeded, 1);
    call();
    await clock.advance(1_000);
    assert.equal(exceeded, 1);
  });

  it('returns the memory of the last reading while the process is idle, for up to 10 s', async () => {
    const clock = createManualClock();
    const { activity, call } = createActivity();
    const options = { pid: process.pid, activity, clock, extraBytes: () => Infinity, onExceeded: () => undefined };
    const watch = watchMemory(options);
    const first = watch.memory();
    assert.ok(first !== undefined && first.residentBytes > 0);
    assert.equal(watch.memory(), first);
    call();
    const second = watch.memory();
    assert.notEqual(second, first);
    await clock.advance(300);
    const third = watch.memory();
    assert.equal(watch.memory(), third);
    await clock.advance(10_001);
    assert.notEqual(watch.memory(), third);
    watch[Symbol.dispose]();
    assert.equal(watch.memory(), undefined);
  });
});
