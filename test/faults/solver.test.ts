// A controller whose solver fails, during queries.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { v8FlagsOf } from '@pareto/core';
import type { Payload } from '@pareto/loadgen';
import { createTempFolder, startChild, waitFor, type TempFolder } from '@pareto/testkit';
import { noneFailed } from '../support/accounts.js';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { found } from '../support/findings.js';
import { ratePerSecond } from '../support/length.js';
import { rightPayloads, startLoad, type FullReport } from '../support/load.js';
import { pricedWorkers } from '../support/priced-workers.js';
import type { ServiceStarter } from '../support/service-process.js';
import { sleep } from './fixture.js';

const program = fileURLToPath(new URL('../support/misbehaving-controller.mjs', import.meta.url));

/** Outcomes of a program by the way in which its solver fails. */
const faults = {
  hangs: ['out-of-time'],
  crashes: ['killed'],
  'returns NaN': ['optimal'],
  'takes all memory': ['out-of-memory', 'failed'],
} as const;

describe('a fault of the solver', function () {
  this.timeout(240_000);
  let folder: TempFolder;
  let digits: DigitsCluster;
  let payloads: readonly Payload[];
  /** Behaviour of the solver of the next controller. Undefined for the first one. */
  let fault: keyof typeof faults | 'works' | undefined;

  before(async () => {
    folder = await createTempFolder();
    const { starter, ...options } = await pricedWorkers(folder);
    const startFaulty: ServiceStarter = (start) => {
      if (start.service !== 'controller' || fault === undefined) return starter(start);
      const args = [...v8FlagsOf('controller'), program, ...start.args, '--lame-duck-ms', '0', fault];
      return startChild(process.execPath, args, { env: start.env });
    };
    digits = await startDigits({ ...options, starter: startFaulty, fewSamples: true }, ['mlp-small']);
    payloads = await rightPayloads(digits.client, digits.digits, 'digits');
  });
  after(async () => {
    await digits[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const restart = async (next: typeof fault): Promise<void> => {
    const { controller } = digits.cluster;
    await controller.stop();
    fault = next;
    await controller.start();
  };
  const sourceIs = async (source: string): Promise<true | undefined> =>
    (await digits.cluster.controller.metrics()).value('pareto_plan_source', { source }) === 1 || undefined;
  const load = () => startLoad([digits.cluster.router.address], { payloads, ratePerSecond });
  const reportTimes = (name: string, { latencyMs: { p50, p99 } }: FullReport): void => {
    found({ name: `${name}: p50 of answers`, value: p50, unit: 'ms' });
    found({ name: `${name}: p99 of answers`, value: p99, unit: 'ms' });
  };

  for (const next of Object.keys(faults) as (keyof typeof faults)[]) {
    it(`the solver ${next}: the plan stays valid, with a warning, and no query fails`, async () => {
      const running = load();
      await restart(next);
      const { controller } = digits.cluster;
      const warning = await waitFor('the warning', () => controller.logs().find(isUnsolved), 60_000);
      assert.ok((faults[next] as readonly unknown[]).includes(warning['status']), JSON.stringify(warning));
      assert.equal(await sourceIs('greedy'), true);
      await sleep(1_000);
      const report = await running.stop();
      noneFailed(`solver ${next}`, report);
      reportTimes(`solver ${next}`, report);
      assert.equal((await controller.metrics()).value('pareto_plan_unmet'), 0);
    });
  }

  it('the solver works again: targets are solved', async () => {
    const running = load();
    await restart('works');
    await waitFor('a solved plan', () => sourceIs('solved'), 60_000);
    const report = await running.stop();
    noneFailed('solver works', report);
    reportTimes('solver works', report);
  });
});

const isUnsolved = ({ message }: { readonly message: string }): boolean => message.startsWith('no targets were solved');
