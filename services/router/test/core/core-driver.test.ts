import assert from 'node:assert/strict';
import { fallbackObjective } from '@pareto/core';
import {
  defaultAdmitParams,
  defaultHoldParams,
  defaultRetryParams,
  defaultRouteParams,
  defaultRouterDemandParams,
  trackQuery,
  type DemandReport,
  type RouterQuery,
} from '@pareto/policy';
import { createManualClock } from '@pareto/testkit';
import { createCoreDriver, type CoreQuery, type QueryEffect } from '../../src/core/core-driver.js';
import { domainTable } from '../support/domain-table.js';

function setUp() {
  const clock = createManualClock();
  const table = domainTable({ a: { ms: 1, replicas: 1 } });
  const [entry = assert.fail()] = table.targets.values();
  const reports: DemandReport[] = [];
  const log: string[] = [];
  const connection = { isOpen: true };
  const driver = createCoreDriver({
    params: {
      admit: defaultAdmitParams,
      route: defaultRouteParams,
      retry: defaultRetryParams,
      hold: defaultHoldParams,
      demand: defaultRouterDemandParams,
    },
    ...{ seed: 1, recorder: undefined, clock },
    sendDemand: (report) => connection.isOpen && reports.push(report) > 0,
    limitsReached: () => [],
    onCallable: () => log.push('callable'),
    onEjected: () => assert.fail(),
  });
  driver.apply({ kind: 'table', table, localAddress: undefined });
  /** Resolves a new query. `onEffect` is called with each effect for it. */
  function arrive(name: string, onEffect: (effect: QueryEffect, query: RouterQuery<CoreQuery>) => void): void {
    const handle: CoreQuery = {
      decided: (decision) => log.push(`${name} ${decision.kind}`),
      carryOut(effect) {
        log.push(`${name} ${effect.kind}`);
        onEffect(effect, query);
      },
    };
    const arrived = { receivedAt: clock.now(), deadlineAt: Infinity, requestBytes: 1, priority: Infinity };
    const query = trackQuery(handle, arrived);
    const objective = { objective: fallbackObjective, objectiveClass: 'c' };
    const resolved = { entry, items: 1, shapes: undefined, ...objective };
    driver.apply({ kind: 'resolved', query, resolved, lagMs: 0 });
  }
  return { clock, driver, reports, log, connection, arrive };
}

describe('the driver of the router core', () => {
  it('carries out the effects of an event before those of the events that follow from them', () => {
    const { driver, log, arrive } = setUp();
    arrive('a', (effect, query) => {
      if (effect.kind !== 'forward') return;
      arrive('b', () => undefined);
      const ended = { end: 'answered', code: undefined, load: undefined, tookMs: 0, isGivenUp: false } as const;
      driver.apply({ kind: 'ended', query, ...ended });
      log.push('a is sent');
    });
    assert.deepEqual(log, ['a forward', 'a forward', 'b forward', 'a is sent', 'b forward', 'a answer']);
  });

  it('carries out the effects on other queries if one of them throws', () => {
    const { log, arrive } = setUp();
    const failing = (): void =>
      arrive('a', (effect) => {
        if (effect.kind !== 'forward') return;
        arrive('b', () => undefined);
        throw new Error('cannot be sent');
      });
    assert.throws(failing, { message: 'cannot be sent' });
    assert.deepEqual(log, ['a forward', 'a forward', 'b forward', 'b forward']);
    arrive('c', () => undefined);
    assert.deepEqual(log.slice(4), ['c forward', 'c forward']);
  });

  it('reports demand each second while it runs, with what could not be sent before', async () => {
    const { clock, driver, reports, connection, arrive } = setUp();
    await driver.start(() => assert.fail());
    arrive('a', () => undefined);
    connection.isOpen = false;
    await clock.advance(1_500);
    connection.isOpen = true;
    arrive('b', () => undefined);
    await clock.advance(1_000);
    const brief = reports.map(({ windowMs, entries }) => [windowMs, entries.map(({ offeredItems }) => offeredItems)]);
    assert.deepEqual(brief, [[2_000, [2]]]);
    await driver.stop();
    arrive('c', () => undefined);
    await clock.advance(5_000);
    assert.equal(reports.length, 1);
  });
});
