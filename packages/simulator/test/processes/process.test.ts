import { deepEqual, equal } from 'node:assert/strict';
import { createEventQueue } from '../../src/index.js';
import { createProcess } from '../../src/processes/process.js';

describe('a process', () => {
  it('does one piece of work after another', () => {
    const events = createEventQueue();
    const process = createProcess(events);
    const ends: number[] = [];
    const onEnd = (now: number): void => void ends.push(now);
    equal(process.run(3, 10, onEnd), 10);
    equal(process.run(2, 11, onEnd, 5), 13);
    events.runAll();
    deepEqual(ends, [13, 20]);
  });

  it('has done the work on a message that arrived while it was idle', () => {
    const events = createEventQueue();
    const process = createProcess(events);
    const ends: number[] = [];
    process.finish(2, 10, (now) => ends.push(now));
    deepEqual(ends, [10]);
    // The next message arrived at 9, when the process worked on the one before it.
    process.finish(2, 11, (now) => ends.push(now));
    events.runAll();
    deepEqual(ends, [10, 12]);
  });

  it('drops its work', () => {
    const events = createEventQueue();
    const process = createProcess(events);
    process.run(100, 0);
    process.clear(5);
    equal(process.run(1, 6), 6);
  });
});
