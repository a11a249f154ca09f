// From a trained model to a frontier of variants, on real processes: generated, measured, pruned, and selected by
// objective.

import assert from 'node:assert/strict';
import { recipes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { refusalOf, type TestClient } from '../support/client.js';
import { classesOf, readDigitModel, startDigits, type Digits, type DigitsCluster } from '../support/digits.js';

const measured = ({ name, measurements: [first] }: wire.Variant): wire.Measurement & { profile: wire.Profile } => {
  assert.ok(first?.profile, `${name} was not measured: ${first?.error}`);
  return { ...first, profile: first.profile };
};
const valueOf = (variant: wire.Variant): number => measured(variant).accuracy?.value ?? NaN;

describe('one trained model', function () {
  this.timeout(240_000);
  let started: DigitsCluster;
  let client: TestClient;
  let digits: Digits;
  let described: wire.DescribeResponse;
  const variantOf = (name: string): wire.Variant =>
    described.variants.find((variant) => variant.name === name) ?? assert.fail(`there is no ${name}`);

  before(async () => {
    started = await startDigits({ workers: 1, fewSamples: true }, []);
    ({ client, digits } = started);
    await client.registerModel('digits', 'mlp-small', await readDigitModel('mlp-small'), { recipes: 'all' });
    await client.registerModel('digits', 'mlp-tiny', await readDigitModel('mlp-tiny'));
    await client.waitUntilDone('digits');
    described = await client.registry.describe({ name: 'digits' });
  });
  after(() => started[Symbol.asyncDispose]());

  it('gets a file for every recipe, or the reason why there is none', () => {
    for (const { name } of recipes.filter((recipe) => recipe.name !== 'original')) {
      const outcome = described.outcomes.find((one) => one.architecture === 'mlp-small' && one.recipe === name);
      assert.ok(outcome !== undefined, `there is no outcome of ${name}`);
      assert.equal(outcome.error, '');
      assert.ok(outcome.manifest !== null || outcome.declined.length > 10, `${name} has neither a file nor a reason`);
    }
    const made = described.outcomes.filter(({ manifest }) => manifest !== null);
    assert.ok(made.length >= 5, `${made.length} files were made`);
  });

  it('has every variant measured on samples that calibration does not use', () => {
    for (const variant of described.variants) {
      const { accuracy, profile, error, agreement } = measured(variant);
      assert.equal(error, '', variant.name);
      assert.equal(accuracy?.samples, 180, variant.name);
      const { lower95, value, upper95 } = accuracy;
      assert.ok(lower95 < value && value < upper95, `${variant.name}: ${lower95} ${value} ${upper95}`);
      // A busy machine may have no time for 4 and 8.
      const sizes = profile.points.map(({ batch }) => batch).slice(0, 4);
      assert.ok(sizes.length >= 2, variant.name);
      assert.deepEqual(sizes, [1, 2, 4, 8].slice(0, sizes.length), variant.name);
      assert.ok(profile.loadMs > 0 && profile.coldLoadMs > 0 && profile.memoryBytes > 0);
      if (variant.recipe === 'original') assert.equal(agreement, undefined);
      else assert.ok((agreement ?? 0) > 0.95, `${variant.name} agrees with the original in ${agreement}`);
    }
  });

  it('keeps its accuracy as int8, in a quarter of the bytes', () => {
    const [original, int8] = [variantOf('mlp-small:original'), variantOf('mlp-small:int8-dynamic')];
    assert.ok(int8.sizeBytes <= 0.3 * original.sizeBytes, `${int8.sizeBytes} of ${original.sizeBytes} bytes`);
    const { lower95 = 1, upper95 = 0 } = measured(original).accuracy ?? {};
    assert.ok(valueOf(int8) >= lower95 && valueOf(int8) <= upper95, `${valueOf(int8)}`);
    const { agreement = 0 } = measured(int8);
    assert.ok(agreement > 0.98, `it agrees with the original in ${agreement}`);
  });

  it('does not select dominated variants, and serves them by name', async () => {
    const dominated = described.variants.filter(({ dominatedBy }) => dominatedBy !== '');
    for (const { name, dominatedBy } of dominated) {
      const better = variantOf(dominatedBy);
      assert.ok(valueOf(better) >= valueOf(variantOf(name)), `${dominatedBy} is no better than ${name}`);
    }
    assert.ok(dominated.length < described.variants.length);
    for (const { name } of described.variants) {
      const answer = await client.infer(name, [digits.input(3)], { latency_ms: 20_000 });
      assert.equal(answer.parameters.get('pareto_variant'), name);
      assert.equal(classesOf(answer)[0], digits.label(3), name);
    }
  });

  it('answers different objectives by different variants', async () => {
    const front = described.variants.filter(({ dominatedBy }) => dominatedBy === '');
    const best = Math.max(...front.map(valueOf));
    const cheapest = Math.min(...front.map(({ costPer_1k: cost }) => cost));
    const chosenBy = async (parameters: Readonly<Record<string, number>>): Promise<wire.Variant> => {
      const answer = await client.infer('digits', [digits.input(5)], { latency_ms: 20_000, ...parameters });
      return variantOf(String(answer.parameters.get('pareto_variant')));
    };
    const accurate = await chosenBy({ min_accuracy: best });
    assert.equal(valueOf(accurate), best);
    const cheap = await chosenBy({ max_cost_per_1k: cheapest * 1.000001 });
    assert.equal(cheap.costPer_1k, cheapest);
  });

  it('denies and pins by rule, and reports the reason', async () => {
    const chosen = async (): Promise<string> => {
      const answer = await client.infer('digits', [digits.input(7)], { latency_ms: 20_000, min_accuracy: 0.9 });
      return String(answer.parameters.get('pareto_variant'));
    };
    const first = await chosen();
    const denied = await client.registry.setRule({
      kind: 'deny',
      target: first,
      reason: 'wrong on sevens',
      actor: 'a test',
    });
    const second = await waitFor('another to answer', async () => ((await chosen()) === first ? undefined : chosen()));
    assert.notEqual(second, first);
    const refusal = await refusalOf(client.infer(first, [digits.input(7)], { latency_ms: 20_000 }));
    assert.equal(refusal.code, 'failed-precondition', refusal.message);
    assert.match(refusal.message, /denied/);
    await client.registry.liftRule({ id: denied.id, actor: 'a test' });
    await waitFor('the first choice again', async () => (await chosen()) !== second || undefined, 30_000);
    // The first choice may be any of the files, as costs are measured: the end of its pin would not show.
    const pin = { kind: 'pin', task: 'digits', target: second, reason: 'an audit', durationMs: 5_000 };
    await client.registry.setRule({ ...pin, actor: 'a test' });
    await waitFor('the pinned one to answer', async () => (await chosen()) === second || undefined);
    await waitFor('the pin to end', async () => (await chosen()) !== second || undefined, 30_000);
    // A router ends the pin by its own clock. The leader records it in its next turn.
    const { rules, events } = await waitFor('the end of the pin to be recorded', async () => {
      const listed = await client.registry.listRules({});
      return listed.events.some(({ kind }) => kind === 'ended') ? listed : undefined;
    });
    assert.deepEqual(rules, []);
    assert.deepEqual(
      events.map(({ kind, rule }) => `${kind} ${rule?.kind}`),
      ['ended pin', 'made pin', 'lifted deny', 'made deny'],
    );
  });

  it('generates no file again if it is registered again', async () => {
    const { outcomes: before } = await client.registry.describe({ name: 'mlp-small' });
    const again = await client.registerModel('digits', 'mlp-small', await readDigitModel('mlp-small'), {
      recipes: 'all',
    });
    assert.equal(again.version, 1);
    const { jobs } = await client.registry.jobs({ name: 'mlp-small' });
    assert.deepEqual(
      jobs.map(({ done, version }) => ({ done, version })),
      [{ done: true, version: 1 }],
    );
    assert.deepEqual((await client.registry.describe({ name: 'mlp-small' })).outcomes, before);
  });
});
