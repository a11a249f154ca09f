// Cluster-wide statistics when services are killed: they count every answered query, and never decrease.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { tokenKey } from '@pareto/protocol';
import { createChannel, createFailover, createFailoverClient, type Channel } from '@pareto/rpc';
import { noneFailed } from '../support/accounts.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { sleep, useFixture, type Fixture } from './fixture.js';

describe('statistics while services are killed', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('count all answers and never decrease when a worker and then the leader are killed', async () => {
    await using watch = watchAnswered(fixture);
    let expected = await watch.read();
    const ask = async (fault: string): Promise<void> => {
      const load = fixture.load();
      await sleep(lengths.settleMs);
      const report = await load.stop();
      noneFailed(fault, report);
      expected += report.sent;
      assert.equal(await watch.read(), expected, fault);
    };
    await ask('statistics, all services running');
    const [worker = assert.fail()] = fixture.cluster.workers;
    await worker.kill();
    assert.equal(await watch.read(), expected, 'answers of a killed worker');
    await fixture.mend();
    await ask('statistics, after the kill of a worker');
    await (await fixture.leader()).kill();
    assert.equal(await watch.read(), expected, 'answers before the kill of the leader');
    await fixture.mend();
    await ask('statistics, after the kill of the leader');
    const reads = await watch.stop();
    found({ name: 'statistics: reads while services were killed', value: reads.length, unit: '' });
    for (const [i, read] of reads.entries()) assert.ok(read >= (reads[i - 1] ?? 0), `${read} after ${reads[i - 1]}`);
  });
});

interface Watch extends AsyncDisposable {
  /** Returns the number of queries answered by all variants. */
  read(): Promise<number>;
  /** Counts in the order in which they were read. */
  stop(): Promise<readonly number[]>;
}

function watchAnswered({ cluster }: Fixture): Watch {
  const open = (address: string): Channel => createChannel(address, { metadata: { [tokenKey]: cluster.token } });
  const addresses = cluster.controllers.map(({ address }) => address);
  const failover = createFailover({ addresses, open, clock: systemClock });
  const routes = createFailoverClient(failover, 'pareto.v1.Routes');
  const read = async (): Promise<number> => {
    const { variants } = await routes.statistics({}, { timeoutMs: 30_000 });
    return variants.reduce((sum, { counts }) => sum + (counts?.success?.count ?? 0), 0);
  };
  const reads: number[] = [];
  const over = new AbortController();
  const reading = (async (): Promise<void> => {
    for (; !over.signal.aborted; await sleep(100)) reads.push(await read());
  })();
  reading.catch(() => undefined);
  const stop = async (): Promise<readonly number[]> => {
    over.abort();
    await reading;
    return reads;
  };
  return {
    ...{ read, stop },
    async [Symbol.asyncDispose]() {
      await stop().catch(() => undefined);
      failover.close();
    },
  };
}
