import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { metricForms, metrics, type Metric } from '@pareto/core';
import { openModelSession } from '@pareto/testkit';
import {
  areHits,
  createAgreement,
  createScorer,
  inspectModel,
  judgedOutput,
  readValidationSet,
  sliceRows,
} from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { numbersOf } from '../support/run-model.js';
import { classes, floats, longs, texts } from '../support/tensors.js';
import { agreementOf, score } from './score.js';

const digits = (file: string): string => fileURLToPath(new URL(`../../../../examples/digits/${file}`, import.meta.url));

interface Case {
  readonly output: Tensor;
  readonly labels: Tensor;
}

const anyNumber = fc.oneof(fc.float({ min: -4, max: 4 }), fc.constantFrom(Number.NaN, Infinity, -Infinity));
const eightNumbers = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 8, maxLength: 8 });
const labelOf: Readonly<Record<Metric, fc.Arbitrary<readonly number[]>>> = {
  top1: fc.nat(7).map((label) => [label]),
  top5: fc.nat(7).map((label) => [label]),
  f1: fc.nat(7).map((label) => [label]),
  'exact-match': fc.nat(7).map((label) => [label]),
  'ctc-match': fc.constantFrom([0, 0], [1, 0], [3, 2], [3, 3]),
  'box-iou': fc.constantFrom([0, 0, 1, 1, 0.5, 0.5, 2, 2], [-1, -1, 3, 1, 0, 0, 0.5, 4]),
  cosine: eightNumbers,
  rmse: eightNumbers,
  mae: eightNumbers,
  r2: eightNumbers,
  mse: eightNumbers,
};

/** Spread of the labels of all samples, of which the tests score a few. */
const eightSpread = { means: new Array<number>(8).fill(0.5), deviation: 2 };

/** Returns true for metrics of two boxes, or of two steps of four classes, per sample. */
const isOfPairs = (metric: Metric): boolean => metric === 'box-iou' || metric === 'ctc-match';

function labelsOf(metric: Metric, samples: number, perRow: readonly number[], labels: readonly number[]): Tensor {
  if (metric === 'ctc-match') return longs([samples, 2], labels);
  return labels.length === samples ? classes(...labels) : floats([samples, ...perRow], labels);
}

/** Generates samples of eight scores, two boxes or eight numbers. */
function anyCase(metric: Metric): fc.Arbitrary<Case> {
  const row = fc.tuple(fc.array(anyNumber, { minLength: 8, maxLength: 8 }), labelOf[metric]);
  return fc.array(row, { minLength: 1, maxLength: 24 }).map((rows) => {
    const perRow = isOfPairs(metric) ? [2, 4] : [8];
    const labels = rows.flatMap(([, label]) => label);
    return {
      output: floats(
        [rows.length, ...perRow],
        rows.flatMap(([output]) => output),
      ),
      labels: labelsOf(metric, rows.length, perRow, labels),
    };
  });
}

for (const metric of metrics) {
  describe(`random answers scored by ${metric}`, () => {
    const spread = metricForms[metric].isScaled ? eightSpread : undefined;

    it('have a value within its interval in [0, 1] that does not depend on the batches', () => {
      fc.assert(
        fc.property(anyCase(metric), fc.integer({ min: 1, max: 9 }), ({ output, labels }, batch) => {
          const whole = score(metric, output, labels, spread);
          const { value, lower95, upper95, samples } = whole;
          assert.ok(0 <= lower95 && lower95 <= value && value <= upper95 && upper95 <= 1, JSON.stringify(whole));
          const scorer = createScorer(metric, spread);
          for (let from = 0; from < samples; from += batch) {
            const to = Math.min(samples, from + batch);
            scorer.add([sliceRows(output, from, to)], sliceRows(labels, from, to));
          }
          assert.deepEqual(scorer.result(), whole);
        }),
        { numRuns: 30 },
      );
    });

    it('have scores whose mean is the value, and whose differences from it are its derivatives', () => {
      fc.assert(
        fc.property(anyCase(metric), (any) => {
          const rows = any.labels.dims[0] ?? 0;
          const scorer = createScorer(metric, spread);
          scorer.add([any.output], any.labels);
          const { value } = scorer.result();
          const scores = scorer.scores();
          const mean = scores.reduce((sum, one) => sum + one, 0) / rows;
          assert.ok(Math.abs(mean - value) < 1e-9, `${mean} is not ${value}`);
          if (areHits(metric)) assert.ok(scores.every((one) => one === 0 || one === 1));
          // One more sample among many changes the value by its score.
          const times = 500;
          for (let more = 0; more < times; more++) scorer.add([any.output], any.labels);
          const before = scorer.scores().reduce((sum, one) => sum + one, 0) / (rows * (times + 1));
          scorer.add([sliceRows(any.output, 0, 1)], sliceRows(any.labels, 0, 1));
          const all = scorer.scores();
          const change = all.reduce((sum, one) => sum + one, 0) / all.length - before;
          const expected = ((scores[0] ?? 0) - value) / all.length;
          assert.ok(Math.abs(change - expected) < 0.02 * Math.abs(expected) + 1e-9, `${change} is not ${expected}`);
        }),
        { numRuns: 15 },
      );
    });

    it('have an agreement in [0, 1], and of 1 with themselves if they are finite', () => {
      fc.assert(
        fc.property(anyCase(metric), anyCase(metric), ({ output: one }, { output: other }) => {
          const rows = Math.min(one.dims[0] ?? 0, other.dims[0] ?? 0);
          const value = agreementOf(metric, sliceRows(one, 0, rows), sliceRows(other, 0, rows));
          assert.ok(0 <= value && value <= 1, `${value}`);
        }),
      );
      const finite = floats([2, 2, 4], [0, 0, 1, 1, 2, 2, 3, 4, 0, 1, 5, 6, 0.5, 2, 3, 4]);
      const output = isOfPairs(metric) ? finite : { ...finite, dims: [2, 8] };
      assert.ok(Math.abs(agreementOf(metric, output, output) - 1) < 1e-12);
    });

    it('have the widest interval without samples', () => {
      const { value, lower95, upper95, samples } = createScorer(metric, spread).result();
      assert.deepEqual([value, lower95, upper95, samples], [0, 0, 1, 0]);
      assert.ok(Number.isNaN(createAgreement(metric).result()));
    });
  });
}

describe('createScorer', () => {
  it('returns the interval of equally many hits if all samples are equal', () => {
    const boxes = floats([10, 4], new Array<readonly number[]>(10).fill([0, 0, 1, 1]).flat());
    const { value, lower95, upper95 } = score('box-iou', boxes, boxes);
    const hits = score('exact-match', boxes, boxes);
    assert.deepEqual([value, lower95, upper95], [hits.value, hits.lower95, hits.upper95]);
    assert.ok(lower95 < 0.75 && value === 1);
  });

  it('returns the same interval each time', () => {
    const [output, labels] = [classes(0, 1, 1, 0, 2, 2, 1), classes(0, 1, 2, 0, 1, 2, 1)];
    assert.deepEqual(score('f1', output, labels), score('f1', output, labels));
  });

  it('judges the first output that fits the metric', () => {
    const outputs = [
      texts([2], ['a', 'b']),
      floats([2, 3, 4], new Array<number>(24).fill(0)),
      floats([2, 2], [0, 1, 1, 0]),
    ];
    const scorer = createScorer('top1');
    scorer.add(outputs, classes(1, 0));
    assert.equal(scorer.result().value, 1);
    const forms = [
      { datatype: 'BYTES', dims: [] },
      { datatype: 'FP32', dims: [-1, 4] },
    ] as const;
    assert.equal(judgedOutput('box-iou', forms), 1);
    assert.equal(judgedOutput('exact-match', forms), 0);
    assert.throws(() => judgedOutput('top5', forms.slice(0, 1)), /outputs per sample are BYTES \[\]; choose another/);
  });

  it('judges names of classes if the labels are names, and numbers otherwise', () => {
    const names = texts([3], ['no', 'yes', 'yes']);
    const scores = floats([3, 2], [0, 1, 1, 0, 0, 1]);
    for (const [labels, hits] of [
      [texts([3], ['no', 'yes', 'no']), 2],
      [classes(1, 1, 1), 2],
    ] as const) {
      const scorer = createScorer('top1');
      scorer.add([names, scores], labels);
      assert.equal(scorer.result().value, hits / 3);
    }
    const forms = [names, scores].map(({ datatype, dims }) => ({ datatype, dims: dims.slice(1) }));
    assert.equal(judgedOutput('top1', forms), 1);
    assert.equal(judgedOutput('exact-match', forms), 0);
  });

  it('does not judge the classes of several targets as scores', () => {
    const targets = { datatype: 'INT64', dims: [2] } as const;
    const scores = { datatype: 'FP32', dims: [-1] } as const;
    assert.equal(judgedOutput('top1', [targets, scores]), 1);
    assert.equal(judgedOutput('exact-match', [targets, scores]), 0);
    assert.throws(() => judgedOutput('f1', [targets]), /outputs per sample are INT64 \[2\]; choose another metric$/);
    assert.equal(judgedOutput('top1', [{ ...targets, datatype: 'UINT8' }]), 0);
  });

  it('rejects labels that are other texts than the model answers with', () => {
    const why = /answers with "no", "yes", and the labels are "0", "1": label with the texts of the model$/;
    for (const metric of ['top1', 'f1'] as const) {
      const scorer = createScorer(metric);
      scorer.add([texts([2], ['no', 'yes'])], texts([2], ['0', '1']));
      assert.throws(() => scorer.result(), { code: 'invalid-argument', message: why });
      scorer.add([texts([1], ['no'])], texts([1], ['yes']));
      assert.equal(scorer.result().value, 0);
    }
    assert.equal(score('exact-match', texts([1], ['no']), texts([1], ['0'])).value, 0);
  });

  it('scores 200,000 samples', () => {
    const labels = longs(
      [200_000],
      Array.from({ length: 200_000 }, (_, sample) => sample % 10),
    );
    const wrong = longs(
      [200_000],
      Array.from({ length: 200_000 }, (_, sample) => (sample % 100 === 0 ? 5 : sample % 10)),
    );
    assert.equal(score('top1', wrong, labels).value, 0.99);
    assert.ok(score('f1', wrong, labels).value > 0.98);
  });
});

describe('the accuracy of the digits example', () => {
  it('equals a direct count of right answers', async () => {
    const model = digits('models/mlp-tiny.onnx');
    const { signature } = await inspectModel(model);
    const set = await readValidationSet(digits('validation.npz'), { signature, metric: 'top1' });
    const image = set.inputs.get('image') ?? assert.fail();
    await using session = await openModelSession(model);
    const scorer = createScorer('top1');
    let right = 0;
    for (let from = 0; from < set.samples; from += 250) {
      const [rows, labels] = [sliceRows(image, from, from + 250), sliceRows(set.labels, from, from + 250)];
      const outputs = await session.run([{ name: 'image', datatype: 'FP32', shape: rows.dims, data: rows.data }]);
      scorer.add(
        outputs.map(({ datatype, shape, data }) => ({ datatype, dims: shape, data })),
        labels,
      );
      const logits = numbersOf(outputs[0] ?? assert.fail());
      const view = new DataView(labels.data.buffer, labels.data.byteOffset);
      for (let row = 0; row < 250; row++) {
        const scores = logits.slice(row * 10, row * 10 + 10);
        if (scores.indexOf(Math.max(...scores)) === Number(view.getBigInt64(row * 8, true))) right++;
      }
    }
    const { value, samples } = scorer.result();
    assert.deepEqual([value * samples, samples], [right, 2000]);
    assert.ok(right > 1800 && right < 2000, `${right}`);
  });
});
