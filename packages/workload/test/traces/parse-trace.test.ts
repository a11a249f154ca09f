import assert from 'node:assert/strict';
import { parseTrace } from '../../src/index.js';

const parse = (text: string, columns?: readonly string[]): unknown => {
  const trace = parseTrace(text, 'trace.csv', columns);
  if (trace.form === 'times') return Array.from(trace.timesMs);
  if (trace.form === 'clients') return trace;
  const { intervalMs, startsMs = [], counts } = trace;
  return { intervalMs, startsMs: Array.from(startsMs), counts: Array.from(counts) };
};

describe('parseTrace', () => {
  it('reads counts per second, and leaves out the intervals without data', () => {
    assert.deepEqual(parse('t_s,rps,gap\n0,52,0\n1,0,1\n2,48,0\n'), {
      intervalMs: 1000,
      startsMs: [0, 2000],
      counts: [52, 48],
    });
  });

  it('treats missing rows as intervals without data', () => {
    assert.deepEqual(parse('t_s,requests\n100,1\n110,2\n150,3\n'), {
      intervalMs: 10_000,
      startsMs: [0, 10_000, 50_000],
      counts: [1, 2, 3],
    });
  });

  it('adds up all columns of a file whose first one numbers the intervals', () => {
    assert.deepEqual(parse('minute,f000,f001\n0,840,13\n1,1,2\n'), {
      intervalMs: 60_000,
      startsMs: [0, 60_000],
      counts: [853, 3],
    });
  });

  it('reads the named column', () => {
    const { counts } = parse('minute,f000,f001\n0,840,13\n1,1,2\n', ['f001']) as { readonly counts: unknown };
    assert.deepEqual(counts, [13, 2]);
  });

  it('multiplies counts per second by the length of the interval', () => {
    const { counts } = parse('minute,rps\n0,2\n1,0.5\n') as { readonly counts: unknown };
    assert.deepEqual(counts, [120, 30]);
  });

  it('reads the time of each arrival from the first column of other files', () => {
    assert.deepEqual(parse('t_s,context_tokens,kind\n5.5,4808,a\n5.5,3180,b\n7,1,c\n'), [0, 0, 1500]);
    assert.deepEqual(parse('\uFEFF"t_ms"\r\n10\r\n20.5\r\n\r\n'), [0, 10.5]);
  });

  it('accepts a byte order mark, and line ends of Windows', () =>
    assert.deepEqual(parse('\uFEFFt_s,rps,gap\r\n0,52,0\r\n1,48,0\r\n\r\n'), {
      intervalMs: 1000,
      startsMs: [0, 1000],
      counts: [52, 48],
    }));

  it('reads two days of counts per second', () => {
    const rows = Array.from({ length: 172_800 }, (_, second) => `${second},${second % 100},0`);
    const trace = parseTrace(`t_s,rps,gap\n${rows.join('\n')}`, 'trace.csv');
    assert.ok(trace.form === 'counts' && trace.counts.length === 172_800 && trace.counts[172_799] === 99);
  });

  const clientHeader = 'model,client,t_s,rate_rps,iat_cv,iat_dist,param1,param2';

  it('reads the law of the gaps of each client', () => {
    const rows = [
      'm,c0,0,2,1.1,Gamma,0.8,0.5',
      'm,c0,1200,4,1,Weibull,0.9,0.3',
      'n,c0,600,1.5,1,Gamma,1,0.6',
      'n,c0,1200,0,0,Gamma,1,0',
    ];
    const segment = { startMs: 0, endMs: 600_000, ratePerSecond: 2, law: 'gamma', shape: 0.8 };
    assert.deepEqual(parse(`${clientHeader}\n${rows.join('\n')}\n`), {
      form: 'clients',
      lengthMs: 1_800_000,
      clients: [
        {
          seed: 1,
          segments: [segment, { startMs: 1_200_000, endMs: 1_800_000, ratePerSecond: 4, law: 'weibull', shape: 0.9 }],
        },
        {
          seed: 2,
          segments: [{ startMs: 600_000, endMs: 1_200_000, ratePerSecond: 1.5, law: 'gamma', shape: 1 }],
        },
      ],
    });
  });

  const invalid: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    [
      'an empty file',
      '',
      /^trace\.csv, line 1: column "" is not a time; expected .* such as t_s, t_ms or minute, or to be model,client,.*$/,
    ],
    ['a header without a time', 'rps\n1\n', /line 1: column "rps" is not a time/],
    ['a file without rows', 't_s,rps\n\n', /^trace\.csv has no rows after its header$/],
    ['a single interval', 't_s,rps\n0,1', /line 2, column "t_s": "0" is the only row; expected at least two intervals/],
    ['text in place of a count', 't_s,rps\n0,1\n1,many\n', /^trace\.csv, line 3, column "rps": "many" is not a number/],
    ['an empty cell', 't_s,rps\n0,1\n1,\n', /line 3, column "rps": "" is not a number from 0 to/],
    ['a negative count', 't_s,rps\n0,1\n1,-2\n', /line 3, column "rps": "-2" is not a number from 0 to/],
    ['a row that is too short', 't_s,rps\n0,1\n1\n', /line 3: the row has 1 columns; expected 2, as in the header/],
    ['a repeated interval', 't_s,rps\n0,1\n0,2\n', /line 3, column "t_s": "0" is not after the time of the row above/],
    [
      'unequal intervals',
      't_s,rps\n0,1\n2,2\n3,1\n',
      /line 4, column "t_s": "3" is not a whole number of intervals \(2 s/,
    ],
    ['intervals out of order', 't_s,rps\n0,1\n1,2\n1,1\n', /line 4, column "t_s": "1" is not a whole number/],
    ['NaN', 't_s,rps\n0,1\n1,NaN\n', /line 3, column "rps": "NaN" is not a number/],
    ['an infinite count', 't_s,rps\n0,Infinity\n1,1\n', /line 2, column "rps": "Infinity" is not a number/],
    ['a count that is too large', 't_s,rps\n0,1\n1,1e300\n', /"1e300" is not a number from 0 to 1000000000000000$/],
    ['an empty line between rows', 't_s,rps\n0,1\n\n1,1\n', /line 3: the row has 1 columns; expected 2/],
    [
      'a long cell',
      `t_s,rps\n0,1\n1,${'9'.repeat(1e6)}\n`,
      /^trace\.csv, line 3, column "rps": "9{39}…" is not a number/,
    ],
    ['a long header', 'x'.repeat(1e6), /^trace\.csv, line 1: column "x{39}…" is not a time/],
    [
      'a client whose windows are out of order',
      `${clientHeader}\nm,c,600,1,1,Gamma,1,1\nm,c,0,1,1,Gamma,1,1\n`,
      /line 3, column "t_s": "0" is not after the time of the client's row above/,
    ],
    ['another window', `${clientHeader}\nm,c,60,1,1,Gamma,1,1\n`, /column "t_s": "60" is not a multiple of 600 s/],
    ['an unknown law', `${clientHeader}\nm,c,0,1,1,Pareto,1,1\n`, /"iat_dist": "Pareto" is neither Gamma nor Weibull/],
    ['a shape of 0', `${clientHeader}\nm,c,0,1,1,Gamma,0,1\n`, /"param1": "0" is not a shape of at least 0\.001/],
    ['clients without rows', `${clientHeader}\n`, /^trace\.csv has no rows after its header$/],
    ['arrivals out of order', 't_s\n5\n4\n', /line 3, column "t_s": "4" is before the time of the row above; sort/],
  ];
  for (const [title, text, message] of invalid)
    it(`rejects ${title}`, () => assert.throws(() => parse(text), { message, code: 'invalid-argument' }));

  it('rejects an unknown column, and lists the columns', () =>
    assert.throws(() => parse('minute,f000,f001\n0,1,2\n', ['f1']), {
      message: 'trace.csv, line 1: there is no column "f1" with counts; the columns are f000, f001',
    }));
});
