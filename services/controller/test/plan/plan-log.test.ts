import assert from 'node:assert/strict';
import {
  hardwareClassId,
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type Plan,
  type PlanAction,
  type UnmetNeed,
} from '@pareto/core';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import type { Term } from '../../src/leadership/leadership.js';
import { createPlanLog } from '../../src/plan/plan-log.js';
import { recordEvents } from '../support/record-events.js';
import { greedy, recordedTurn } from '../support/recorded-turn.js';

const variant = variantId('tiny:original');
const [r1, r2] = [replicaId('r1'), replicaId('r2')];

const load: PlanAction = {
  kind: 'load',
  assignment: { replica: r1, variant, version: 1, worker: workerId('w1'), hardwareClass: hardwareClassId('cpu/x') },
  reason: 'queries are held for it',
};

const need = (fields: Partial<UnmetNeed> = {}): UnmetNeed => ({
  ...{ variant, source: 'demand', cause: 'memory', reason: 'demand: no worker has 5 bytes' },
  ...fields,
});

const plan = (fields: Partial<Plan>) => ({ ...{ unmet: [], deferred: [], kept: [], turn: recordedTurn() }, ...fields });

const createTerm = (): Term => ({ since: milliseconds(0), lost: new AbortController().signal });

function createLog() {
  const clock = createManualClock();
  const events = recordEvents();
  const leader: { term: Term | undefined } = { term: createTerm() };
  const logger = createLogger({ service: 'controller', level: 'silent', format: 'json' });
  return { clock, events, leader, log: createPlanLog({ clock, events, leader, logger }) };
}

describe('the plan log', () => {
  it('has the source and reason of the replicas that the last plan keeps or loads, and of adopted ones', () => {
    const { log } = createLog();
    const loaded = { replica: r1, source: 'held', reason: 'queries are held for it' };
    log.add([load], plan({ kept: [loaded] }));
    assert.deepEqual([log.placed(r1), log.placed(r2)], [loaded, undefined]);
    log.add([{ ...load, kind: 'adopt', reason: 'it runs', assignment: { ...load.assignment, replica: r2 } }]);
    assert.deepEqual(log.placed(r1), loaded, 'no plan was made since');
    assert.deepEqual(log.placed(r2), { replica: r2, source: undefined, reason: 'it runs' });
    const kept = { replica: r1, source: 'demand', reason: 'demand' };
    log.add([], plan({ kept: [kept] }));
    assert.deepEqual([log.placed(r1), log.placed(r2)], [kept, undefined]);
  });

  it('warns of each need when it is unmet for the first time, unless it waits for other loads', () => {
    const { log, events } = createLog();
    const waiting = need({ cause: 'loading', reason: 'demand: waits for other loads on w1' });
    for (let turn = 0; turn < 2; turn += 1) log.add([], plan({ unmet: [need(), waiting] }));
    assert.deepEqual(
      events.all.map(({ kind, reason }) => [kind, reason]),
      [['unmet', 'demand: no worker has 5 bytes']],
    );
    assert.equal(log.unmet().length, 2);
  });

  it('has the time since which each need is unmet, whatever numbers its reason has', async () => {
    const { log, clock } = createLog();
    log.add([], plan({ unmet: [need()] }));
    await clock.advance(3_000);
    log.add([], plan({ unmet: [need({ reason: 'demand: no worker has 7 bytes' }), need({ source: 'held' })] }));
    assert.deepEqual(
      log.unmet().map(({ source, reason, since }) => [source, reason, clock.now() - since]),
      [
        ['demand', 'demand: no worker has 7 bytes', 3_000],
        ['held', 'demand: no worker has 5 bytes', 0],
      ],
    );
  });

  it('has nothing of a plan if this controller does not lead, or has not planned in its term', async () => {
    const { log, leader, clock, events } = createLog();
    const step = { architecture: 'tiny', version: 1, recipe: 'fp16', hardwareClass: undefined, reason: 'busy' };
    const planned = plan({
      ...{ unmet: [need()], deferred: [step] },
      kept: [{ replica: r1, source: 'demand', reason: 'demand' }],
    });
    const read = (): unknown => [log.unmet().length, log.deferred().length, log.placed(r1)?.source, log.quality()];
    log.add([], planned);
    assert.deepEqual(read(), [1, 1, 'demand', greedy]);
    leader.term = undefined;
    assert.deepEqual(read(), [0, 0, undefined, undefined]);
    log.add([], planned);
    assert.deepEqual(read(), [0, 0, undefined, undefined], 'the term ended while it planned');
    leader.term = createTerm();
    assert.deepEqual(read(), [0, 0, undefined, undefined]);
    await clock.advance(5_000);
    log.add([], planned);
    assert.deepEqual(
      log.unmet().map(({ since }) => clock.now() - since),
      [0],
      'another controller may have met it',
    );
    assert.equal(new Set(events.all.map(({ reason }) => reason)).size, 1);
  });
});
