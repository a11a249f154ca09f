import assert from 'node:assert/strict';
import { findBadAnswers, parseLog, parseSummary } from '../../path/h2load-output.js';

const printed = `finished in 1.50s, 18752.00 req/s, 2.49MB/s
requests: 28128 total, 28144 started, 28128 done, 28120 succeeded, 5 failed, 2 errored, 1 timeout
status codes: 28120 2xx, 0 3xx, 0 4xx, 5 5xx
traffic: 3.74MB (3921048) total, 137.48KB (140778) headers (space savings 96.40%), 2.82MB (2953440) data
                     min         max         mean         sd        +/- sd
time for request:      351us     10.80ms       840us       954us    93.35%
`;

describe('parseSummary', () => {
  it('returns the numbers of requests and the bytes of the answers', () => {
    assert.deepEqual(parseSummary(printed), { succeeded: 28120, failed: 8, dataBytes: 2953440 });
  });
  it('returns undefined without a summary', () => {
    assert.equal(parseSummary('connect error\n'), undefined);
  });
});

describe('parseLog', () => {
  it('returns when each answer ended and how long it took, without failed requests', () => {
    const log = '1795933198951457\t200\t9781\n1795933198951459\t-1\t9809\n1795933200449866\t200\t510\n';
    assert.deepEqual(parseLog(log), [
      { endedAtUs: 1795933198961238, tookUs: 9781 },
      { endedAtUs: 1795933200450376, tookUs: 510 },
    ]);
  });
});

describe('findBadAnswers', () => {
  const answer = { answerBytes: 95, inFlight: 16 };
  const find = (succeeded: number, dataBytes: number, failed = 0): string | undefined =>
    findBadAnswers({ succeeded, failed, dataBytes }, answer);

  it('accepts answers of about the known length', () => {
    assert.equal(find(1000, 100_000), undefined);
    assert.equal(find(1000, 102_000), undefined);
  });
  it('accepts the parts of answers that were in flight at the end', () => {
    assert.equal(find(10, 2_000), undefined);
  });
  it('rejects calls without an answer, which have trailers alone', () => {
    assert.match(find(1000, 90_000) ?? '', /90 bytes on average instead of 100: calls were rejected/);
  });
  it('rejects longer answers', () => {
    assert.match(find(1000, 120_000) ?? '', /120 bytes on average/);
  });
  it('rejects failed requests, and loads without an answer', () => {
    assert.equal(find(9, 900, 1), '1 of 10 requests failed');
    assert.equal(find(0, 0), 'no request was answered');
  });
});
