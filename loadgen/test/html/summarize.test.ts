import assert from 'node:assert/strict';
import { summarize } from '../../src/html/summarize.js';
import type { LoadReport } from '../../src/index.js';
import { buildReport, mixedOutcomes, threeClasses } from './build-report.js';

const text = (report: LoadReport): string => summarize(report).join(' ').replaceAll('\u00a0', ' ');

describe('summarize', () => {
  it('tells a perfect run in few words', () =>
    assert.equal(
      text(buildReport([{}, {}])),
      'All 2 requests were answered within 50 ms. Half of the answers took at most 10 ms, 99 % at most 10 ms; the slowest took 10 ms.',
    ));

  it('lists late, rejected and failed requests', () => {
    const summary = text(buildReport(mixedOutcomes(), { classes: threeClasses }));
    assert.match(summary, /^\d+ of 900 requests \(\d\d\.\d %\) were answered within their objective\./);
    assert.match(
      summary,
      /The others: \d+ \(\d\d\.\d %\) answered late, 18 \(2\.0 %\) rejected, 9 \(1\.0 %\) failed\./,
    );
  });

  it('names the worst interval', () => {
    const outcomes = Array.from({ length: 100 }, (_, index) => ({
      intendedMs: index * 100,
      latencyMs: index >= 30 && index < 40 ? 2_000 : 10,
    }));
    assert.match(text(buildReport(outcomes)), / Between 0:03 and 0:04, no request was answered in time\.$/);
  });

  it('names no interval that has only few of the requests', () => {
    const outcomes = [...Array.from({ length: 100 }, () => ({})), { intendedMs: 1_000, latencyMs: 2_000 }];
    assert.doesNotMatch(text(buildReport(outcomes)), /Between/);
  });

  it('tells a run without answers or requests', () => {
    assert.match(
      text(buildReport([{ code: 'unavailable' }])),
      /^0 of 1 requests .* 1 \(100 %\) failed\. No request was answered\./,
    );
    assert.equal(text(buildReport([])), 'No request was sent after the warm-up.');
  });
});
