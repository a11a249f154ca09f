import assert from 'node:assert/strict';
import {
  arrivalsOf,
  cutPart,
  generateTracePart,
  readTracePart,
  recordedTraceNames,
  seeds,
  type RecordedTraceName,
  type Trace,
  type TracePart,
} from '../../src/index.js';
import { readDataFile } from './data-folder.js';

const arrivals = ({ sources }: TracePart): readonly number[] => sources.map(arrivalsOf);
const clientRow = (client: string, second: number, rate: number): string => `m,${client},${second},${rate},1,Gamma,1,1`;
const functionNames = Array.from({ length: 50 }, (_, index) => `f${String(index).padStart(3, '0')}`);

/** A tiny file of each kind, and the arrivals of the sources of both parts. */
const files: Readonly<
  Record<RecordedTraceName, readonly [text: string, tuning: readonly number[], keptAside: readonly number[]]>
> = {
  twitter: ['t_s,rps,gap\n0,5,0\n43200,7,0\n86400,11,0\n129600,13,1\n', [12 * 43_200], [11 * 43_200]],
  'azure-functions': [
    `minute,${functionNames.join()}\n0,${[...functionNames.keys()].join()}\n1,${functionNames.map(() => 1).join()}\n`,
    functionNames.slice(0, 25).map((_, index) => index + 1),
    functionNames.slice(25).map((_, index) => index + 26),
  ],
  'azure-llm-code': ['t_s,context_tokens,generated_tokens\n5,1,1\n6,1,1\n14,1,1\n', [2], [1]],
  'azure-llm-conv': ['t_s,context_tokens,generated_tokens\n0,1,1\n9,1,1\n10,1,1\n', [1], [2]],
  servegen: [
    `model,client,t_s,rate_rps,iat_cv,iat_dist,param1,param2\n${[clientRow('c0', 0, 2), clientRow('c0', 600, 3), clientRow('c1', 600, 1)].join('\n')}`,
    [1_200, 0],
    [1_800, 600],
  ],
};

/** Facts of the recorded files: sources of a part, and arrivals and hours of both. */
const recordedParts: Readonly<
  Record<
    RecordedTraceName,
    { readonly sources: number; readonly arrivals: readonly number[]; readonly hours: readonly number[] }
  >
> = {
  twitter: { sources: 1, arrivals: [5_531_778, 5_527_437], hours: [23.5169, 23.4969] },
  'azure-functions': { sources: 25, arrivals: [7_903_468, 1_666_820], hours: [24, 24] },
  'azure-llm-code': { sources: 1, arrivals: [5_353, 3_466], hours: [0.4773, 0.4773] },
  'azure-llm-conv': { sources: 1, arrivals: [9_740, 9_626], hours: [0.4864, 0.4864] },
  servegen: { sources: 100, arrivals: [89_224_603.38, 112_257_451.62], hours: [12, 12] },
};

describe('the parts of the recorded traces', () => {
  for (const name of recordedTraceNames) {
    const [text, tuning, keptAside] = files[name];

    it(`divides ${name} into a part for tuning and one that is kept aside`, () => {
      assert.deepEqual(arrivals(readTracePart(name, 'tuning', text)), tuning);
      assert.deepEqual(arrivals(readTracePart(name, 'kept-aside', text)), keptAside);
    });

    it(`divides all arrivals of the recorded file of ${name}`, function () {
      const recorded = readDataFile(this, name);
      const parts = (['tuning', 'kept-aside'] as const).map((use) => readTracePart(name, use, recorded));
      const expected = recordedParts[name];
      for (const [index, part] of parts.entries()) {
        assert.equal(part.sources.length, expected.sources);
        assert.ok(
          Math.abs(arrivals(part).reduce((sum, count) => sum + count, 0) - (expected.arrivals[index] ?? 0)) < 1,
        );
        assert.ok(Math.abs(part.lengthMs / 3_600_000 - (expected.hours[index] ?? 0)) < 0.001, `${part.lengthMs} ms`);
      }
    });
  }

  it('rejects a file that has no arrivals in a part', () =>
    assert.throws(() => readTracePart('twitter', 'kept-aside', 't_s,rps\n0,1\n1,1\n'), {
      message: 'twitter_2021-08_per_second_48h.csv has no arrivals in its part for the use "kept-aside"',
      code: 'invalid-argument',
    }));

  it('names the file, the line and the column of a mistake', () =>
    assert.throws(() => readTracePart('twitter', 'tuning', 't_s,rps\n0,1\n1,-1\n'), {
      message: /^twitter_2021-08_per_second_48h\.csv, line 3, column "rps": "-1" is not a number/,
    }));

  it('has a type that tells data for tuning from data that is kept aside', () => {
    const tune = ({ use }: TracePart<'tuning'>): string => use;
    assert.equal(tune(readTracePart('azure-llm-code', 'tuning', files['azure-llm-code'][0])), 'tuning');
    // @ts-expect-error: data that is kept aside is not accepted.
    assert.equal(tune(readTracePart('azure-llm-code', 'kept-aside', files['azure-llm-code'][0])), 'kept-aside');
  });

  it('keeps different seeds aside', () => assert.ok(seeds.tuning.every((seed) => !seeds['kept-aside'].includes(seed))));
});

describe('generated parts', () => {
  it('differ between the uses', () => {
    const [tuning, keptAside] = [
      generateTracePart('daily-bursts', 'tuning'),
      generateTracePart('daily-bursts', 'kept-aside'),
    ];
    assert.notDeepEqual(arrivals(tuning), arrivals(keptAside));
    assert.deepEqual(generateTracePart('daily-bursts', 'tuning'), tuning);
  });
});

describe('cutPart', () => {
  it('keeps the use and the mean rate of the part', () => {
    const source: Trace = { form: 'counts', counts: [10, 50], intervalMs: 1_000 };
    const part: TracePart<'tuning'> = {
      ...{ name: 'trace', use: 'tuning', sources: [source, source], lengthMs: 2_000, ratePerSecond: 60 },
    };
    const window = cutPart(part, { fromMs: 1_000, toMs: 2_000 });
    assert.deepEqual(arrivals(window), [50, 50]);
    assert.deepEqual([window.use, window.lengthMs, window.ratePerSecond], ['tuning', 1_000, 60]);
  });
});
