// A standby controller that takes over while variants are generated.

import assert from 'node:assert/strict';
import { briefPauseMs, waitFor } from '@pareto/testkit';
import { readDigitModel, readValidation } from '../support/digits.js';
import { useFixture, type Fixture } from './fixture.js';

const wanted = ['fp16', 'int8-dynamic'];

describe('generating variants with a standby controller', function () {
  this.timeout(600_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('the leader is killed: steps in progress are not repeated elsewhere', async () => {
    const { client, cluster } = fixture;
    await client.registerTask('made', { validation: await readValidation(true) });
    const model = await readDigitModel('mlp-small');
    await client.registerModel('made', 'made-small', model, { recipes: ['original', ...wanted] });
    await waitFor(
      'a file to be made',
      async () => {
        const { jobs } = await client.registry.jobs({ name: 'made-small' });
        return jobs[0]?.steps.find(({ kind, state }) => kind === 'make' && state === 'running');
      },
      60_000,
      briefPauseMs,
    );
    const { outcomes } = await client.registry.describe({ name: 'made-small' });
    const leader = await fixture.leader();
    await leader.kill();
    await client.waitUntilDone('made');
    const made = cluster.workers
      .flatMap((worker) => worker.logs())
      .filter(({ message, kind }) => message === 'step finished' && kind === 'outcome')
      .map(({ variant }) => String(variant));
    const times = (recipe: string): number => made.filter((variant) => variant === `made-small:${recipe}`).length;
    for (const recipe of wanted) assert.ok(times(recipe) >= 1, made.join(', '));
    // Results that the leader had not stored yet may be repeated.
    for (const { recipe } of outcomes) assert.equal(times(recipe), 1, `${recipe} was stored, and repeated`);
    await client.registry.delete({ name: 'made-small' });
  });
});
