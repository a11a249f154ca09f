import { deepEqual } from 'node:assert/strict';
import { createEventQueue } from '../../src/index.js';
import type { Process } from '../../src/processes/process.js';
import { createSharedHost } from '../../src/processes/shared-host.js';

interface Host {
  readonly events: ReturnType<typeof createEventQueue>;
  readonly processes: readonly Process[];
  /** Names of the work that has ended, with its end. */
  readonly ends: (readonly [name: string, endsAt: number])[];
  readonly run: (name: string, process: number, workMs: number, at: number) => void;
}

function startHost(kinds: readonly ('front' | 'executor')[], interference = 0, runWaitUs = 0, wakeUs = 0): Host {
  const events = createEventQueue();
  const host = createSharedHost({ events, cores: 2, interference, runWaitUs, wakeUs });
  const processes = kinds.map((kind) => host.createProcess(kind));
  const ends: [string, number][] = [];
  return {
    ...{ events, processes, ends },
    run: (name, process, workMs, at) =>
      events.schedule(at, (now) => processes[process]?.run(workMs, now, (endsAt) => ends.push([name, endsAt]))),
  };
}

describe('a shared host', () => {
  it('runs as many processes as it has cores at full speed', () => {
    const { events, ends, run } = startHost(['executor', 'front']);
    run('a', 0, 10, 0);
    run('b', 1, 4, 0);
    run('c', 1, 4, 1);
    events.runAll();
    deepEqual(ends, [
      ['b', 4],
      ['c', 8],
      ['a', 10],
    ]);
  });

  it('divides its cores among more processes', () => {
    const { events, ends, run } = startHost(['executor', 'executor', 'front']);
    run('a', 0, 10, 0);
    run('b', 1, 10, 0);
    run('c', 2, 2, 3);
    events.runAll();
    // From 3 to 6, three processes share two cores.
    deepEqual(ends, [
      ['c', 6],
      ['a', 11],
      ['b', 11],
    ]);
  });

  it('slows down runs that interfere', () => {
    const { events, ends, run } = startHost(['executor', 'executor'], 0.25);
    run('a', 0, 10, 0);
    run('b', 1, 4, 0);
    events.runAll();
    deepEqual(ends, [
      ['b', 5],
      ['a', 11],
    ]);
  });

  it('has cores for others while a run needs none', () => {
    const { events, ends, run } = startHost(['executor', 'executor', 'front'], 0, 3_000);
    run('a', 0, 10, 0);
    run('b', 1, 10, 0);
    run('c', 2, 3, 0);
    events.runAll();
    deepEqual(ends, [
      ['c', 3],
      ['a', 10],
      ['b', 10],
    ]);
  });

  it('adds the time to wake a front that has no work, but no executor', () => {
    const { events, ends, run } = startHost(['front', 'executor'], 0, 0, 1_000);
    run('a', 0, 2, 0);
    run('b', 0, 2, 1);
    run('c', 1, 2, 4);
    run('d', 0, 2, 10);
    events.runAll();
    deepEqual(ends, [
      ['a', 3],
      ['b', 5],
      ['c', 6],
      ['d', 13],
    ]);
  });

  it('gives the cores of work that is dropped to others', () => {
    const { events, ends, processes, run } = startHost(['executor', 'executor', 'executor']);
    run('a', 0, 10, 0);
    run('b', 1, 10, 0);
    run('c', 2, 10, 0);
    events.schedule(6, (now) => processes[2]?.clear(now));
    events.runAll();
    deepEqual(ends, [
      ['a', 12],
      ['b', 12],
    ]);
  });
});
