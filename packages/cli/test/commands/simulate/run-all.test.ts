import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { createResultStore, type ResultStore } from '../../../src/commands/simulate/result-store.js';
import { runAll, type RunOptions } from '../../../src/commands/simulate/run-all.js';
import type { SimulationResult } from '@pareto/simulator';
import { createTerminal } from '../../../src/terminal/terminal.js';
import { fakeResult } from '../../support/fake-result.js';
import { writeFakeSimulation } from '../../support/fake-simulation.js';

interface Started {
  readonly stop: AbortController;
  readonly kill: AbortController;
  /** Lines on stderr. */
  readonly lines: () => readonly string[];
  readonly ended: Promise<readonly SimulationResult[]>;
}

describe('runAll', () => {
  let folder: TempFolder;
  let program: URL;
  let store: ResultStore;
  before(async () => {
    folder = await createTempFolder();
    program = await writeFakeSimulation(folder);
  });
  beforeEach(async () => {
    store = createResultStore(folder.file('report.json'), ['a']);
    await store.clear();
  });
  after(() => folder[Symbol.asyncDispose]());

  function start(policies: readonly string[], options: Partial<RunOptions> = {}, isTTY = false): Started {
    let written = '';
    const output = { write: (text: string) => (written += text), isTTY };
    const [stop, kill] = [new AbortController(), new AbortController()];
    const context = {
      ...{ terminal: createTerminal(output, output), clock: systemClock },
      ...{ stop: stop.signal, kill: kill.signal },
    };
    const runs = policies.map((policy) => ({ file: 'a.yaml', policy, seed: 1 }));
    const ended = runAll(context, { runs, program, store, maxThreads: 2, resumes: false, ...options });
    return { stop, kill, lines: () => written.split('\n').slice(0, -1), ended };
  }
  const policiesOf = (results: readonly SimulationResult[]): readonly string[] => results.map(({ policy }) => policy);

  it('returns the results in order, and keeps them', async () => {
    const { ended, lines } = start(['a', 'b', 'c']);
    assert.deepEqual(policiesOf(await ended), ['a', 'b', 'c']);
    assert.match(lines().toSorted().join('|'), /^a, seed 1: simulated in \d+ .*\|b, seed 1: .*\|c, seed 1: /);
    for (const policy of ['a', 'b', 'c']) assert.equal((await store.read({ policy, seed: 1 }))?.policy, policy);
  });

  it('shows bars on a terminal, and removes them', async () => {
    const { ended, lines } = start(['a', 'b'], { maxThreads: 1 }, true);
    await ended;
    const text = lines().join('\n');
    assert.match(text, /a, seed 1 .*████░+.* 25 %/);
    assert.match(text, /1 of 2 runs/);
    assert.doesNotMatch(text, /simulated in/);
  });

  it('resumes: makes only the runs whose results are missing', async () => {
    await store.write(fakeResult({ policy: 'hangs' }));
    const { ended, lines } = start(['a', 'hangs'], { resumes: true });
    assert.deepEqual(policiesOf(await ended), ['a', 'hangs']);
    assert.equal(lines()[0], '1 of 2 runs are finished already');
  });

  it('removes earlier results if it does not resume', async () => {
    await store.write(fakeResult({ policy: 'b' }));
    await start(['a']).ended;
    assert.equal(await store.read({ policy: 'b', seed: 1 }), undefined);
  });

  it('returns what is simulated when it is interrupted, and keeps only finished runs', async () => {
    const { ended, stop, lines } = start(['a', 'endless', 'never'], { maxThreads: 1 });
    while (lines().length === 0) await sleep(5);
    stop.abort(new Error('interrupted'));
    const results = await ended;
    assert.deepEqual(
      results.map(({ policy, simulatedMs }) => [policy, simulatedMs]),
      [
        ['a', 60_000],
        ['endless', 15_000],
      ].slice(0, results.length),
    );
    assert.equal((await store.read({ policy: 'a', seed: 1 }))?.simulatedMs, 60_000);
    assert.equal(await store.read({ policy: 'endless', seed: 1 }), undefined);
  });

  it('leaves out a run that is interrupted before it simulates', async () => {
    const { ended, stop, lines } = start(['a', 'plans'], { maxThreads: 1 });
    while (lines().length === 0) await sleep(5);
    stop.abort(new Error('interrupted'));
    assert.deepEqual(policiesOf(await ended), ['a']);
  });

  it('begins no run after an interruption', async () => {
    const { ended, stop } = start(['a', 'b'], { maxThreads: 1 });
    stop.abort(new Error('interrupted'));
    assert.ok((await ended).length <= 1);
  });

  it('ends a thread that does not stop at the second signal', async () => {
    const { ended, stop, kill } = start(['hangs']);
    await sleep(50);
    stop.abort(new Error('interrupted'));
    kill.abort(new Error('stopped immediately'));
    await assert.rejects(ended, { message: 'stopped immediately' });
  });

  const failures: readonly (readonly [policy: string, message: string])[] = [
    ['fails', 'fails with seed 1 failed: the trace ends'],
    ['throws', 'throws with seed 1 failed: no memory'],
    ['exits', 'exits with seed 1 failed: its thread ended without a result'],
  ];
  for (const [policy, message] of failures)
    it(`rejects if a run ${policy}, and ends the others`, async () => {
      await assert.rejects(start(['hangs', policy]).ended, { message });
    });

  it('rejects if a result cannot be kept', async () => {
    const broken = { ...store, write: () => Promise.reject(new Error('the disk is full')) };
    await assert.rejects(start(['a', 'hangs'], { store: broken }).ended, { message: 'the disk is full' });
  });

  it('keeps nothing without a report', async () => {
    assert.deepEqual(policiesOf(await start(['a'], { store: undefined }).ended), ['a']);
  });
});
