import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createSeededRng } from '@pareto/core';
import { parseYaml } from '@pareto/scenario';
import { createTempFolder } from '@pareto/testkit';
import { createStreams } from '../../src/plan/create-streams.js';
import { intervalMsOf, planLoad, type LoadPlan } from '../../src/plan/plan-load.js';
import { parseScenario } from '../../src/settings/parse-scenario.js';
import { resolveSettings } from '../../src/settings/resolve-settings.js';

async function plan(file: string): Promise<LoadPlan> {
  const settings = resolveSettings({}, parseScenario(parseYaml(file, 'load.yaml')));
  return planLoad(settings, await createStreams(settings), createSeededRng(1));
}

const arrivalsOf = ({ loop }: LoadPlan): readonly number[] => (loop.kind === 'open' ? Array.from(loop.arrivals) : []);
const countOf = ({ classIndexes }: LoadPlan, index: number): number =>
  classIndexes.filter((each) => each === index).length;

describe('planLoad', () => {
  it('sends the start of the process in the warm-up, and then all of it', async () => {
    const planned = await plan('target: a\nrate: 2\nduration: 2\nwarmUp: 1');
    assert.deepEqual(arrivalsOf(planned), [0, 500, 1000, 1500, 2000, 2500]);
  });

  it('counts the same requests with and without a warm-up', async () => {
    const file = 'target: a\narrivals: poisson\nduration: 10';
    const [without, after] = [await plan(file), await plan(`${file}\nwarmUp: 5`)];
    const counted = arrivalsOf(after).filter((ms) => ms >= 5_000);
    assert.deepEqual(counted.map((ms) => ms - 5_000).map(Math.round), arrivalsOf(without).map(Math.round));
  });

  it('divides common arrivals by weight', async () => {
    const planned = await plan('rate: 1000\nqueries: [{ target: a, weight: 3 }, { target: b }]');
    assert.equal(planned.classIndexes.length, 10_000);
    assert.ok(Math.abs(countOf(planned, 0) - 7_500) < 150);
  });

  it('merges the streams of queries by time', async () => {
    const planned = await plan(`
      rate: 2
      duration: 2
      queries: [{ target: a }, { target: b, rate: 3 }, { target: c }, { target: d, rate: 0.5 }]
    `);
    const times = arrivalsOf(planned);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual([countOf(planned, 1), countOf(planned, 3)], [6, 1]);
    assert.equal(countOf(planned, 0) + countOf(planned, 2), 4);
    assert.deepEqual(
      times.filter((_, index) => planned.classIndexes[index] === 1).map(Math.round),
      [0, 333, 667, 1000, 1333, 1667],
    );
  });

  it('replays a trace', async () => {
    await using folder = await createTempFolder();
    await writeFile(folder.file('day.csv'), 't_s,requests\n0,100\n3600,300\n');
    const planned = await plan(`target: a\ntrace: ${folder.file('day.csv')}\nrate: 50\nduration: 20`);
    const late = arrivalsOf(planned).filter((ms) => ms >= 10_000);
    assert.ok(Math.abs(arrivalsOf(planned).length - 1_000) <= 2 && Math.abs(late.length - 750) <= 2);
  });

  it('rejects a trace that cannot be read', () =>
    assert.rejects(plan('target: a\ntrace: missing.csv'), {
      message: /^the trace missing\.csv cannot be read: ENOENT/,
    }));

  it('keeps requests in flight in a closed loop, whose queries repeat by weight', async () => {
    const planned = await plan('inFlight: 4\nduration: 5\nwarmUp: 1\nqueries: [{ target: a }, { target: b }]');
    assert.deepEqual(planned.loop, { kind: 'closed', inFlight: 4, durationMs: 6_000 });
    assert.ok(Math.abs(countOf(planned, 1) - planned.classIndexes.length / 2) < 200);
  });

  it('limits the number of requests', () =>
    assert.rejects(plan('target: a\nrate: 10000\nduration: 1h'), {
      message: /^a run is limited to 20000000 requests, and this one needs 36000000; lower its rate or duration$/,
    }));
});

describe('the intervals of a report', () => {
  it('are whole seconds, at most 600', () => {
    const durations = [500, 10_000, 600_000, 601_000, 1_800_000, 3_600_000];
    assert.deepEqual(durations.map(intervalMsOf), [1_000, 1_000, 1_000, 2_000, 3_000, 6_000]);
  });
});
