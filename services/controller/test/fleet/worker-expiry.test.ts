// The expiry of many workers whose streams end one after the other.

import assert from 'node:assert/strict';
import { milliseconds, workerId } from '@pareto/core';
import { createFleetState, defaultFleetParams, type WorkerLoad, type WorkerSession } from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createWorkerExpiry } from '../../src/fleet/worker-expiry.js';
import { createRecordTables } from '../../src/storage/record-tables.js';
import { loadKey } from '../../src/storage/records.js';
import { infoOf, workerReport } from '../support/reports.js';

describe('expiry of workers', () => {
  it('shares checks between the workers of a fleet whose streams end within a second', async () => {
    const clock = createManualClock();
    const fleet = createFleetState(defaultFleetParams);
    const sessions = Array.from({ length: 1_000 }, (_, i): WorkerSession => ({
      info: { ...infoOf(), id: workerId(`w${i}`) },
    }));
    const witness: WorkerSession = { info: { ...infoOf(), id: workerId('witness') } };
    const tables = createRecordTables(() => assert.fail('unreadable'));
    const load = ({ info: { id, incarnation } }: WorkerSession): WorkerLoad => ({
      ...{ worker: id, incarnation, present: true, replicas: [] },
    });
    tables.replaceAll(
      sessions.map((session) => {
        const entry = { key: loadKey(session.info.id), value: JSON.stringify(load(session)) };
        return { ...entry, createRevision: 1, modRevision: 1 };
      }),
    );
    const expired = new Map<string, number>();
    let checks = 0;
    const expiry = createWorkerExpiry({
      ...{ fleet, params: defaultFleetParams, mirror: { records: tables.view }, clock },
      leader: {
        term: { since: milliseconds(-20_000), lost: new AbortController().signal },
        onChange: () => undefined,
      },
      processProbes: { probe: async () => false },
      loads: { note: ({ worker }) => void (expired.has(worker) || expired.set(worker, clock.now())) },
      changed: () => (checks += 1),
    });
    for (const session of [...sessions, witness]) fleet.join(session, clock.now());
    const leftAt = new Map<string, number>();
    for (const [i, session] of sessions.entries()) {
      if (i % 10 === 0) await clock.advance(10);
      fleet.report(witness, workerReport, clock.now());
      fleet.leave(session, clock.now());
      leftAt.set(session.info.id, clock.now());
      expiry.onStreamEnded(session.info);
    }
    for (let i = 0; i < 20; i += 1) {
      await clock.advance(100);
      fleet.report(witness, workerReport, clock.now());
    }
    assert.equal(expired.size, sessions.length);
    assert.ok(checks <= 30, `${checks} checks`);
    const delays = Array.from(
      expired,
      ([worker, at]) => at - (leftAt.get(worker) ?? NaN) - defaultFleetParams.rejoinMs,
    );
    assert.ok(Math.min(...delays) >= 0 && Math.max(...delays) <= 100, `${Math.min(...delays)}..${Math.max(...delays)}`);
  });
});
