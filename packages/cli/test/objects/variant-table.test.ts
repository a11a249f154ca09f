import assert from 'node:assert/strict';
import { formatDescription } from '../../src/commands/describe/description.js';
import { formatRegistered, unmeasuredOriginals } from '../../src/commands/register/registered-summary.js';
import { stateOf } from '../../src/objects/variant-state.js';
import { formatVariants } from '../../src/objects/variant-table.js';
import { cpu, digits, fakeArchitecture, fakeMeasurement, fakeVariant } from '../support/fake-description.js';

const gpu = 'cuda/l4/none/23g';
const unplaced = { replicas: [], unmetNeeds: [] };

describe('formatVariants', () => {
  it('formats accuracy, latency, cost and state of each variant', () => {
    const variants = [
      { name: 'mlp:original', accuracy: 0.98, p50Ms: 0.13, costPer1k: 1.2e-6, replicasReady: 2 },
      { name: 'mlp:fp16', accuracy: 0.98, dominatedBy: 'mlp:int8-dynamic' },
      { name: 'mlp:int4', error: 'it ran out of memory' },
    ];
    assert.deepEqual(formatVariants(variants.map(fakeVariant), 120).split('\n'), [
      'VARIANT       ACCURACY    (95 %)         P50 BATCH 1  USD/1M    STATE',
      'mlp:original  98.00 %     (97.39-98.61)      0.13 ms  $0.00120  2 ready',
      'mlp:fp16      98.00 %     (97.39-98.61)      1.00 ms  $0.00100  dominated by mlp:int8-dynamic',
      'mlp:int4      unmeasured                           -  -         not measured: it ran out of memory',
    ]);
  });

  it('adds the hardware class if there are several, with the cost on each', () => {
    const variant = fakeVariant({ name: 'mlp:original', costPer1k: 2e-6 });
    const elsewhere = fakeMeasurement({ name: 'mlp:original', hardwareClass: gpu, costPer1k: 5e-6 });
    const failing = fakeMeasurement({ name: 'mlp:original', hardwareClass: 'webgpu/x/none/1g', error: 'no adapter' });
    const measurements = [...variant.measurements, elsewhere, failing];
    const lines = formatVariants([{ ...variant, measurements }], Infinity).split('\n');
    assert.match(lines[1] ?? '', new RegExp(`\\$0.00200  ${cpu} +cold$`));
    assert.match(lines[2] ?? '', new RegExp(`\\$0.00500  ${gpu} +cold$`));
    assert.match(lines[3] ?? '', / - .* webgpu\/x\/none\/1g +not measured: no adapter$/);
  });
});

describe('formatDescription of ranks and agreement', () => {
  it('adds the ranks by accuracy, and excludes a variant on the class where it disagrees', () => {
    const variant = fakeVariant({ name: 'mlp:int8', accuracyRank: 2 });
    const elsewhere = fakeMeasurement({ name: 'mlp:int8', hardwareClass: gpu, disagreement: 'agrees on 35 %' });
    const variants = [fakeVariant({ name: 'mlp:original', accuracyRank: 1 }), variant];
    const all = { task: null, architectures: [], outcomes: [], changes: [], ...unplaced };
    const text = formatDescription('mlp', { ...all, variants }, 200);
    assert.match(text, /^VARIANT +ACCURACY +\(95 %\) +RANK +P99/m);
    assert.match(text, /^mlp:int8 .*\) +2 +1\.20 ms/m);
    const both = [{ ...variant, measurements: [...variant.measurements, elsewhere] }];
    const lines = formatDescription('mlp', { ...all, variants: both }, 200).split('\n');
    const states = lines.filter((line) => line.startsWith('mlp:int8')).slice(0, 2);
    assert.match(states[0] ?? '', / cold$/);
    assert.match(states[1] ?? '', / excluded: agrees on 35 %$/);
  });
});

describe('stateOf', () => {
  it('returns the first reason that excludes a variant', () => {
    const text = (more: Partial<Parameters<typeof fakeVariant>[0]>): string =>
      stateOf(fakeVariant({ name: 'a:fp16', dominatedBy: 'b:fp16', ...more })).text;
    assert.equal(text({ quarantineReason: 'it crashed', denied: 'by ann' }), 'quarantined: it crashed');
    assert.equal(text({ denied: 'by ann' }), 'denied: by ann');
    assert.equal(text({ disagreement: 'agrees on 35 %' }), 'excluded: agrees on 35 %');
    assert.equal(text({}), 'dominated by b:fp16');
    assert.equal(text({ error: 'no memory' }), 'not measured: no memory');
  });
});

describe('the state of a ready variant', () => {
  it('names what slows its queries down', () => {
    const text = (state: string): string =>
      stateOf({ ...fakeVariant({ name: 'a:fp16', replicasReady: 2 }), state }).text;
    assert.deepEqual(['active', 'interfered', 'overloaded'].map(text), [
      '2 ready',
      '2 ready, interfered',
      '2 ready, overloaded',
    ]);
  });
});

describe('a variant that was measured on a busy machine', () => {
  const noisy = { name: 'cnn-large:int8-static', noise: 0.384 };

  it('is marked as noisy', () => {
    const textOf = (more: object): string => stateOf(fakeVariant({ ...noisy, ...more })).text;
    assert.deepEqual([textOf({}), textOf({ replicasReady: 2 })], ['cold, noisy', '2 ready, noisy']);
    assert.equal(textOf({ noise: 0 }), 'cold');
  });

  it('has a description that says how noisy the measurement was', () => {
    const variants = [fakeVariant(noisy)];
    const text = formatDescription('cnn-large:int8-static', { ...digits, ...unplaced, variants }, 120);
    assert.match(
      text,
      /^ {2}noisy: other work took up to 38 % of its time; it is measured again when the machine is quiet$/m,
    );
  });

  it('is counted in the summary of a registration', () => {
    const variants = [fakeVariant({ name: 'a:original' }), fakeVariant(noisy)];
    const text = formatRegistered({ ...digits, variants, task: 'digits', elapsedMs: 0 });
    assert.match(
      text,
      /^4 models, 2 variants, in .*\.\n1 of them is noisy: it is measured again when the machine is quiet\.$/m,
    );
  });
});

describe('formatDescription', () => {
  it('has sections for objectives, resources, latencies by batch and outcomes of recipes', () => {
    const text = formatDescription('digits', { ...digits, ...unplaced }, 120);
    const titles = text.split('\n\n').map((section) => section.slice(0, section.indexOf('\n')));
    assert.deepEqual(
      titles.map((title) => title.replace(/ {2,}/g, ' | ')),
      [
        'task digits: top1, default objective: the most accurate within 1 s',
        'ARCHITECTURE | VERSION | LARGEST BATCH | SIZE | DOMINATED ONES | DIGEST',
        'VARIANT | ACCURACY | (95 %) | P99 BATCH 1 | USD/1M | STATE',
        'VARIANT | AGREES | SIZE | MEMORY | LOAD COLD/WARM | PREDICTED WITHIN | BATCHES',
        'P50/P99 IN MS | BATCH 1 | BATCH 2 | BATCH 4 | BATCH 8',
        'NOT MADE | REASON | OF',
      ],
    );
    assert.match(text, /^int8-static {2}it has no convolution +mlp-tiny, mlp-large$/m);
    assert.match(text, /^int4 +failed: the child process ran for more than 120 s +cnn-large$/m);
  });

  it('includes the whole profile of a single variant', () => {
    const variants = digits.variants.filter(({ name }) => name === 'cnn-large:int8-static');
    const text = formatDescription('cnn-large:int8-static', { ...digits, ...unplaced, variants }, 100);
    assert.match(text, /^ {2}ran on cpu, ONNX Runtime 1.30.0$/m);
    assert.match(text, /^ {2}loads in 40.0 ms from disk, in 12.0 ms from the page cache$/m);
    assert.match(text, /^ {2}latencies between these batch sizes are predicted within 4.30 % on average$/m);
    assert.match(text, /^ {2}BATCH +P50 +P95 +P99 +P50 PER ITEM +RUNS$/m);
    assert.doesNotMatch(text, /NOT MADE/);
  });
});

describe('the summary of a registration', () => {
  it('lists usable variants, dominated variants and failed files, and counts declined files', () => {
    const text = formatRegistered({ ...digits, task: 'digits', elapsedMs: 192_345 });
    const sections = text.split('\n\n');
    assert.equal(sections.length, 5);
    assert.match(sections[0] ?? '', /^VARIANT.*\nmlp-tiny:int8-dynamic /);
    assert.doesNotMatch(sections[0] ?? '', /dominated/);
    assert.match(sections[1] ?? '', /^DOMINATED +BY\n(.*\n)*mlp-large:fp16 +mlp-large:int8-dynamic/);
    assert.match(sections[2] ?? '', /^NOT MADE.*\nint4 +failed: the child process ran for more than 120 s +cnn-large$/);
    assert.equal(
      sections[3],
      "3 files were declined (2 int8-static, 1 int4): 'pareto describe digits' shows the reasons.",
    );
    assert.equal(
      sections[4],
      '4 models, 14 variants, 4 of them dominated, in 3 min 12 s.\nTo draw the frontier: pareto frontier digits',
    );
  });

  it('has the reasons for declined files in a wide table', () => {
    const text = formatRegistered({ ...digits, task: 'digits', elapsedMs: 0 }, { isWide: true });
    assert.match(text, /^int8-static {2}it has no convolution +mlp-tiny, mlp-large$/m);
    assert.doesNotMatch(text, /files were declined/);
  });

  it('lists no variant as dominated if dominated variants are kept', () => {
    const architectures = digits.architectures.map((architecture) => ({ ...architecture, keepDominated: true }));
    const text = formatRegistered({ ...digits, task: 'digits', architectures, elapsedMs: 0 });
    assert.doesNotMatch(text, /^DOMINATED/m);
  });

  it('returns the trained models that could not be measured on any class', () => {
    const failed = fakeVariant({ name: 'cnn:original', error: 'no memory' });
    const elsewhere = { ...failed, measurements: [...failed.measurements, fakeMeasurement({ name: 'cnn:original' })] };
    const find = (...variants: (typeof failed)[]): readonly string[] =>
      unmeasuredOriginals([fakeArchitecture('cnn')], variants);
    assert.deepEqual(find(failed, fakeVariant({ name: 'cnn:fp16' })), ['cnn']);
    assert.deepEqual(find(elsewhere), []);
    assert.deepEqual(find(fakeVariant({ name: 'cnn:original' }), fakeVariant({ name: 'cnn:fp16', error: 'NaN' })), []);
    assert.deepEqual(find(), ['cnn']);
  });
});
