import assert from 'node:assert/strict';
import { noBrowser, openBrowser, type BrowserPages } from '@pareto/testkit';
import type { Locator, Page } from 'playwright-core';
import { simulationPage } from '../../src/simulation/simulation-page.js';
import type { SimulationResult } from '../../src/simulation/simulation-result.js';
import { buildResult, testScenario } from './build-result.js';

const results = [
  buildResult({ seed: 1, onTime: 0.97, usdPerHour: 30 }),
  buildResult({ seed: 2, onTime: 0.99, usdPerHour: 32 }),
  buildResult({ policy: 'fixed', onTime: 0.7, usdPerHour: 60 }),
];

const textOf = (shown: readonly SimulationResult[], options = {}): string =>
  simulationPage(shown, { scenario: testScenario, ...options }).replaceAll('\u00a0', ' ');

describe('simulationPage', () => {
  it('states what was simulated, and which profiles are modelled', () => {
    const page = textOf(results, { facts: [['Traffic', 'Twitter, day 1']] });
    assert.match(page, /<title>Simulation: test<\/title>/);
    assert.match(page, /pareto answered 98\.0 % of 1,000 queries within their objective, at \$31 per hour/);
    assert.match(page, /Policies that cost less: none\. Policies that missed fewer queries: none\./);
    assert.match(page, /<dt>Profiles<\/dt><dd>2 profiles: 1 given, 1 modelled<\/dd>/);
    assert.match(page, /<dt>Workers<\/dt><dd>20 × T4 \(4 slots, \$0\.526 per slot and hour\)<\/dd>/);
    assert.match(page, /<dt>Traffic<\/dt><dd>Twitter, day 1<\/dd>/);
    assert.match(page, /modelled<\/td><td class="text">fit to T4<\/td>/);
    assert.doesNotMatch(page, /partial:/);
  });

  it('states the bound of the clairvoyant', () => {
    const page = textOf([...results, buildResult({ policy: 'clairvoyant', boundUsdPerHour: 12.4 })]);
    assert.match(page, /No policy can answer 99\.0 % of the queries on time for less than \$12\.4 per hour\./);
    assert.match(page, />Bound ×</);
    assert.doesNotMatch(textOf(results), />Bound ×</);
  });

  it('says that it is partial', () => {
    const stopped = { ...buildResult(), simulatedMs: 5_000 };
    assert.match(
      textOf([stopped], { partial: '3 runs are missing.' }),
      /This report is partial:<\/strong> 3 runs are missing\. 1 of 1 runs were stopped before their end\./,
    );
    assert.match(textOf([]), /No run has ended\./);
  });

  it('adds up the seeds of a task and its objectives', () =>
    assert.match(
      textOf(results),
      /<td class="text">≥ 95\.0 %<\/td><td class="number">2,000<\/td><td class="number">98\.0 %<\/td>/,
    ));

  it('is below 6 MB for 20 policies over a day by the second', () => {
    const variants = Array.from({ length: 12 }, (_, index) => `variant-${index}`);
    const day = buildResult({ steps: 86_400, onTime: 0.9123, variants });
    const policies = Array.from({ length: 20 }, (_, index) => ({ ...day, policy: `policy-${index}` }));
    const page = simulationPage(policies, { scenario: testScenario });
    assert.ok(page.length < 6_000_000, `${page.length} characters`);
  });
});

describe('the page of a simulation', () => {
  let browser: BrowserPages | undefined;

  before(async function () {
    browser = await openBrowser();
    if (browser !== undefined) return;
    Object.assign(this.test?.parent ?? {}, { skipReason: noBrowser });
    this.skip();
  });
  afterEach(() => assert.deepEqual(browser?.takeProblems() ?? [], []));
  after(() => browser?.[Symbol.asyncDispose]());

  const open = async (shown: readonly SimulationResult[] = results): Promise<Page> =>
    (await browser?.open(simulationPage(shown, { scenario: testScenario }))) ?? assert.fail();
  const chart = (page: Page, name: string): Locator => page.locator(`[data-chart="${name}"]`);
  const values = (page: Page, name: string): Promise<string[]> => chart(page, name).locator('.u-value').allInnerTexts();

  it('draws every chart, and shows the values of all at the same time', async () => {
    const page = await open();
    for (const name of ['policies', 'demand', 'attainment', 'variants', 'accuracy', 'cost', 'slots'])
      assert.equal(await chart(page, name).locator('canvas').count(), 1, name);
    await chart(page, 'attainment').locator('.u-over').focus();
    await page.keyboard.press('Home');
    assert.deepEqual(await values(page, 'demand'), ['0:00–0:01', '97', '0', '1', '1', '1', '100', '150']);
    assert.deepEqual(await values(page, 'cost'), ['0:00–0:01', '$30']);
    assert.deepEqual(await values(page, 'slots'), ['0:00–0:01', '4', '2']);
  });

  it('compares two runs, at the zoomed time', async () => {
    const page = await open();
    await chart(page, 'demand').locator('.u-over').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('+');
    await page.getByLabel('Policy').selectOption('fixed, seed 1');
    await page.getByLabel('compared with').selectOption('pareto, seed 2');
    await page.locator('.zoom').getByText('Shown: 0:00 to 0:06.').waitFor();
    await chart(page, 'cost').locator('.u-over').focus();
    await page.keyboard.press('End');
    assert.deepEqual(await values(page, 'attainment'), ['0:05–0:06', '70 %', '99 %']);
    assert.deepEqual(await values(page, 'cost'), ['0:05–0:06', '$60', '$32']);
  });

  it('shows the replicas or the answers of variants', async () => {
    const page = await open();
    const first = async (): Promise<string | undefined> => {
      await chart(page, 'variants').locator('.u-over').focus();
      await page.keyboard.press('Home');
      return (await values(page, 'variants'))[1];
    };
    assert.equal(await first(), '2');
    await chart(page, 'variants').locator('select').selectOption('answers per second');
    assert.equal(await first(), '98');
  });

  it('shows the cost and the attainment of each run', async () => {
    const page = await open();
    await chart(page, 'policies').locator('.u-over').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    assert.deepEqual(await values(page, 'policies'), ['$30/h', '97 %', '–']);
  });

  it('shows hostile names as text, and reports without results', async () => {
    const hostile = '</script><img src=x onerror="document.title = 1">';
    const page = await open([buildResult({ policy: hostile, variants: [hostile] })]);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await chart(page, 'variants').getByText(`${hostile} on T4`).count(), 1);
    const empty = await open([]);
    assert.equal(await empty.locator('canvas').count(), 0);
  });

  it('fits into a narrow window', async () => {
    const page = await open();
    await page.setViewportSize({ width: 400, height: 800 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 400);
  });
});
