import assert from 'node:assert/strict';
import { estimateMs, planRun } from '../../path/form.js';

const names = (options: Parameters<typeof planRun>[0]): readonly string[] =>
  planRun(options).loads.map(({ name }) => name);

describe('planRun', () => {
  it('measures every model with 1, 16 and 64 requests in flight', () => {
    assert.equal(names({}).filter((name) => name.endsWith(' in flight')).length, 18);
  });
  it('measures few loads in the quick form, and others if they are named', () => {
    assert.equal(names({ quick: true }).length, 3);
    assert.deepEqual(names({ quick: true, only: 'ocr-184KB, 16' }), ['ocr-184KB, 16 in flight']);
    assert.deepEqual(names({ only: '20/s' }), ['mlp-1KB, 20/s']);
  });
  it('allows more rounds if it is patient', () => {
    assert.ok(planRun({ patient: true }).form.extraRounds > planRun({}).form.extraRounds);
  });
});

describe('estimateMs', () => {
  it('is about 20 minutes for the full form, and one for the quick form', () => {
    const minutes = (quick: boolean): number => estimateMs(planRun({ quick })).typical / 60_000;
    assert.ok(minutes(false) > 18 && minutes(false) < 22, `${minutes(false)}`);
    assert.ok(minutes(true) < 1.5, `${minutes(true)}`);
  });
});
