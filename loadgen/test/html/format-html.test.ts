import assert from 'node:assert/strict';
import { formatHtml } from '../../src/html/format-html.js';
import { buildReport, mixedOutcomes, threeClasses } from './build-report.js';

const run = { title: 'digits on 127.0.0.1:8001', settings: [['load', 'poisson arrivals, 100/s'] as const] };

describe('formatHtml', () => {
  it('says what was run, and with which result', () => {
    const page = formatHtml(run, buildReport(mixedOutcomes(), { classes: threeClasses })).replaceAll('\u00a0', ' ');
    assert.match(page, /<title>Load report: digits on 127.0.0.1:8001<\/title>/);
    assert.match(page, /<dt>load<\/dt><dd>poisson arrivals, 100\/s<\/dd>/);
    assert.match(page, /requests \(\d\d\.\d %\) were answered within their objective/);
    assert.match(page, /resource-exhausted<\/td><td class="text">the queue is full \(N\)<\/td>/);
    assert.doesNotMatch(page, /limits this result/);
  });

  it('warns if the load generator is the bottleneck', () =>
    assert.match(
      formatHtml(run, buildReport([{}], { bottleneck: 'it was busy; use <more> machines' })),
      /The load generator limits this result:<\/strong> it was busy; use &#60;more&#62; machines\./,
    ));

  it('loads nothing', () => {
    const page = formatHtml(run, buildReport(mixedOutcomes()));
    assert.doesNotMatch(page, /<(?:link|img|iframe)|<script[^>]* src|url\(|@import|\bfetch\(/);
    assert.match(page, /content="default-src &#39;none&#39;;/);
  });

  it('escapes every name and reason', () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&`;
    const report = buildReport([{ variant: hostile }, { code: 'internal', message: hostile }], {
      classes: [{ name: hostile, objectiveMs: 50 }],
      bottleneck: hostile,
    });
    const page = formatHtml({ title: hostile, settings: [[hostile, hostile]] }, report);
    assert.doesNotMatch(page, /alert\(\d\)<\/script>|<img/);
    assert.equal(page.match(/<script/g)?.length, 2);
    assert.equal(page.match(/<\/script>/g)?.length, 2);
  });

  it('is below 1 MB for a long run', () => {
    const variants = Array.from({ length: 12 }, (_, index) => `architecture-with-a-long-name:variant-${index}`);
    const outcomes = Array.from({ length: 60_000 }, (_, index) => ({
      ...{ classIndex: index % 3, intendedMs: index * 30, latencyMs: 5 + ((index * 7919) % 1000) / 3 },
      variant: variants[index % 12] ?? '',
    }));
    const report = buildReport(outcomes, { classes: threeClasses, intervalMs: 3_000, durationMs: 1_800_000 });
    assert.equal(report.intervals.length, 600);
    assert.ok(formatHtml(run, report).length < 500_000);
  });
});
