import assert from 'node:assert/strict';
import { noBrowser, openBrowser, waitFor, type BrowserPages } from '@pareto/testkit';
import type { Locator, Page } from 'playwright-core';
import { formatHtml } from '../../src/html/format-html.js';
import type { LoadReport } from '../../src/index.js';
import { buildReport, mixedOutcomes, threeClasses } from './build-report.js';

describe('the page of the HTML report', () => {
  let browser: BrowserPages | undefined;

  before(async function () {
    browser = await openBrowser();
    if (browser !== undefined) return;
    Object.assign(this.test?.parent ?? {}, { skipReason: noBrowser });
    this.skip();
  });
  afterEach(() => assert.deepEqual(browser?.takeProblems() ?? [], []));
  after(() => browser?.[Symbol.asyncDispose]());

  const open = async (report: LoadReport, title = 'digits'): Promise<Page> =>
    (await browser?.open(formatHtml({ title, settings: [] }, report))) ?? assert.fail();
  const openMixed = (): Promise<Page> => open(buildReport(mixedOutcomes(), { classes: threeClasses }));
  const chart = (page: Page, name: string): Locator => page.locator(`[data-chart="${name}"]`);
  /** Returns the names and values in a legend, without the first one: the place on the horizontal axis. */
  async function legend(
    page: Page,
    name: string,
  ): Promise<readonly (readonly [name: string, value: string | undefined])[]> {
    const read = (part: string): Promise<string[]> => chart(page, name).locator(part).allInnerTexts();
    const [names, values] = [await read('.u-label'), await read('.u-value')];
    return names.map((each, index) => [each, values[index]] as const).slice(1);
  }

  /** Moves the pointer to shares of the width of a chart, with the button down from the second one on. */
  async function move(page: Page, name: string, ...shares: readonly number[]): Promise<void> {
    const area = chart(page, name).locator('.u-over');
    await area.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await area.boundingBox()) ?? assert.fail();
    for (const [index, share] of shares.entries()) {
      if (index === 1) await page.mouse.down();
      await page.mouse.move(x + share * width, y + height / 2, { steps: 5 });
    }
    if (shares.length > 1) await page.mouse.up();
  }

  /** Waits until the legend of a chart has a text. */
  const waitForLegend = (page: Page, name: string, text: string): Promise<void> =>
    chart(page, name).locator('.u-series', { hasText: text }).first().waitFor();

  it('draws every chart', async () => {
    const page = await openMixed();
    const names = ['outcomes', 'attainment', 'latency', 'variants', 'percentiles', 'failures'];
    for (const name of names) assert.equal(await chart(page, name).locator('canvas').count(), 1, name);
  });

  it('shows the values under the pointer in all charts over time', async () => {
    const page = await openMixed();
    await move(page, 'outcomes', 0.35);
    for (const name of ['outcomes', 'attainment', 'latency', 'variants', 'failures'])
      await waitForLegend(page, name, '0:03–0:04');
    assert.deepEqual((await legend(page, 'outcomes')).at(-1), ['sent', '100']);
    assert.deepEqual(await legend(page, 'variants'), [
      ['net:original', '100 %'],
      ['net:int8', '0 %'],
    ]);
    await move(page, 'percentiles', 0.5);
    await waitForLegend(page, 'percentiles', ' %');
  });

  it('shows gaps where nothing was sent', async () => {
    const page = await openMixed();
    await move(page, 'outcomes', 0.55);
    await waitForLegend(page, 'attainment', '0:05–0:06');
    assert.deepEqual(
      (await legend(page, 'attainment')).map(([, value]) => value),
      ['–', '–', '–'],
    );
  });

  it('zooms all charts over time by dragging over one, and back', async () => {
    const page = await openMixed();
    const zoom = page.locator('.zoom');
    await move(page, 'attainment', 0.22, 0.58);
    await zoom.getByText('Shown: 0:02 to 0:06.').waitFor();
    await move(page, 'failures', 0.01);
    await waitForLegend(page, 'outcomes', '0:02–0:03');
    await zoom.getByRole('button').click();
    await zoom.getByText('Drag over a chart').waitFor();
    await move(page, 'variants', 0.5, 0.9);
    await zoom.getByText('Shown: 0:05 to 0:09.').waitFor();
    await chart(page, 'latency').locator('.u-over').dblclick();
    await zoom.getByText('Drag over a chart').waitFor();
  });

  it('shows one class in detail, at the zoomed time', async () => {
    const page = await openMixed();
    await move(page, 'outcomes', 0.5, 0.9);
    await chart(page, 'latency').locator('select').selectOption('30 ms');
    await chart(page, 'latency').getByLabel('logarithmic').click();
    await move(page, 'latency', 0.99);
    await waitForLegend(page, 'latency', '0:08–0:09');
    assert.deepEqual(
      (await legend(page, 'latency')).map(([name]) => name),
      ['p50', 'p99', 'maximum'],
    );
  });

  it('moves the pointer and zooms by keys', async () => {
    const page = await openMixed();
    const zoom = page.locator('.zoom');
    await chart(page, 'attainment').locator('.u-over').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await waitForLegend(page, 'variants', '0:01–0:02');
    await page.keyboard.press('+');
    await zoom.getByText('Shown: 0:00 to 0:06.').waitFor();
    await page.keyboard.press('End');
    await waitForLegend(page, 'outcomes', '0:05–0:06');
    await page.keyboard.press('Escape');
    await zoom.getByText('Drag over a chart').waitFor();
  });

  it('hides and shows a series by keys', async () => {
    const page = await openMixed();
    const late = chart(page, 'outcomes').locator('.u-series', { hasText: 'late' });
    await late.locator('th').focus();
    await page.keyboard.press('Enter');
    assert.match((await late.getAttribute('class')) ?? '', /u-off/);
    await page.keyboard.press(' ');
    assert.doesNotMatch((await late.getAttribute('class')) ?? '', /u-off/);
  });

  it('hides and shows a series', async () => {
    const page = await openMixed();
    const late = chart(page, 'outcomes').locator('.u-series', { hasText: 'late' });
    await late.locator('th').click();
    assert.match((await late.getAttribute('class')) ?? '', /u-off/);
    await late.locator('th').click();
    assert.doesNotMatch((await late.getAttribute('class')) ?? '', /u-off/);
  });

  it('shows hostile names as text', async () => {
    const hostile = '</script><img src=x onerror="document.title = 1">';
    const report = buildReport([{ variant: hostile }, { code: 'internal', message: hostile }], {
      classes: [{ name: hostile, objectiveMs: 50 }],
    });
    const page = await open(report, hostile);
    assert.equal(await page.title(), `Load report: ${hostile}`);
    assert.equal(await page.locator('h1').innerText(), `Load report: ${hostile}`);
    await waitForLegend(page, 'variants', hostile);
    await waitForLegend(page, 'attainment', hostile);
    assert.equal(await page.locator('img').count(), 0);
  });

  it('shows runs without answers and without requests', async () => {
    const failed = await open(buildReport([{ code: 'unavailable' }]));
    assert.equal(await failed.locator('canvas').count(), 4);
    const empty = await open(buildReport([]));
    assert.equal(await empty.locator('canvas').count(), 0);
  });

  it('fits into a narrow window', async () => {
    const page = await openMixed();
    await page.setViewportSize({ width: 400, height: 800 });
    // The page's security policy forbids the script that would wait in the page.
    await waitFor('narrow charts', () =>
      page.evaluate('document.querySelector("canvas").clientWidth < 400 || undefined'),
    );
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 400);
  });
});
