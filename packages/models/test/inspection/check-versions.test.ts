import assert from 'node:assert/strict';
import { matrixModel, openModelSession } from '@pareto/testkit';
import { inspectGraph } from '../../src/index.js';
import { latestIrVersion, latestOpsets } from '../../src/inspection/check-versions.js';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';

const model = decodeOnnx(matrixModel(2));
const withIr = (irVersion: number): OnnxModel => ({ ...model, irVersion });
function withOpset(domain: string, version: number): OnnxModel {
  const others = model.opsetImport.filter((known) => known.domain !== domain);
  return { ...model, opsetImport: [...others, { domain, version }] };
}
const inspect = (changed: OnnxModel): unknown => inspectGraph(encodeOnnx(changed));
async function load(changed: OnnxModel): Promise<void> {
  await using _session = await openModelSession(encodeOnnx(changed));
}

describe('the versions of a model', () => {
  for (const [of, latest] of latestOpsets) {
    const domain = of === 'ai.onnx' ? '' : of;
    it(`are accepted as ONNX Runtime accepts them: ${of} up to ${latest}`, async () => {
      await load(withOpset(domain, latest));
      inspect(withOpset(domain, latest));
      await assert.rejects(load(withOpset(domain, latest + 1)));
      const expected = new RegExp(
        `it has opset ${latest + 1} of ${of}, .* loads opset ${latest} at most: export it with`,
      );
      assert.throws(() => inspect(withOpset(domain, latest + 1)), { code: 'invalid-argument', message: expected });
    });
  }

  it(`are accepted as ONNX Runtime accepts them: the file format up to IR version ${latestIrVersion}`, async () => {
    await load(withIr(latestIrVersion));
    inspect(withIr(latestIrVersion));
    await assert.rejects(load(withIr(latestIrVersion + 1)));
    const message = new RegExp(
      `it has IR version ${latestIrVersion + 1}, .* loads ${latestIrVersion} at most: export it`,
    );
    assert.throws(() => inspect(withIr(latestIrVersion + 1)), { code: 'invalid-argument', message });
  });

  it('include those of its functions, and of ONNX by its other name', () => {
    const own = { name: 'f', domain: 'own', overload: '', input: ['a'], output: ['b'], docString: '' };
    const none = { attribute: [], attributeProto: [], valueInfo: [], metadataProps: [] };
    const node = model.graph.node.map((one) => ({ ...one, opType: 'Identity', input: ['a'], output: ['b'] }));
    const withFunction = {
      ...model,
      functions: [{ ...own, ...none, node, opsetImport: [{ domain: '', version: 27 }] }],
    };
    assert.throws(() => inspect(withFunction), /opset 27 of ai.onnx/);
    assert.throws(
      () => inspect({ ...model, opsetImport: [{ domain: 'ai.onnx', version: 27 }] }),
      /opset 27 of ai.onnx/,
    );
  });

  it('of other operator sets do not matter', () => {
    inspect(withOpset('com.example', 99));
  });
});
