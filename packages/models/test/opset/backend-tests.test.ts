// Upgrades of the models of opset 6 among ONNX's backend tests, which come with expected outputs.

import assert from 'node:assert/strict';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { opsetOf } from '../../src/onnx/onnx-graph.js';
import { outdatedOpset, upgradeOpset, upgradeOutdated } from '../../src/opset/upgrade-opset.js';
import { prepare } from '../../src/rewrite/prepare.js';
import { assertNear, modelOf } from '../support/assert-similar.js';
import { readBackendTests, type BackendTest } from '../support/backend-tests.js';
import { runModel } from '../support/run-model.js';

describe("ONNX's backend tests of opset 6", function () {
  this.timeout(120_000);
  let tests: readonly BackendTest[] = [];
  before(async function () {
    const found = await readBackendTests('pytorch-converted', 'pytorch-operator');
    if (found.kind === 'missing') {
      Object.assign(this.test?.parent ?? {}, { skipReason: found.reason });
      return this.skip();
    }
    tests = found.tests.filter(({ model }) => opsetOf(model) === 6);
  });

  it('cannot be loaded if they are outdated, and have the expected outputs after an upgrade', async () => {
    const outdated = tests.filter(({ model }) => outdatedOpset(model) !== undefined);
    assert.equal(outdated.length, 34);
    for (const { name, content, model, inputs, outputs } of outdated) {
      await assert.rejects(runModel(content, inputs), /Could not find an implementation/, name);
      const upgraded = modelOf(upgradeOutdated(prepare(model)));
      assert.equal(opsetOf(upgraded), 7);
      assertNear(await runModel(encodeOnnx(upgraded), inputs), outputs, name);
    }
  });

  it('are run as they are otherwise', async () => {
    const others = tests.filter(({ model }) => outdatedOpset(model) === undefined);
    assert.equal(others.length, 81);
    for (const { name, content, inputs, outputs } of others) assertNear(await runModel(content, inputs), outputs, name);
  });

  it('have the expected outputs after an upgrade to the opset of the generators', async () => {
    for (const { name, model, inputs, outputs } of tests) {
      const upgraded = modelOf(upgradeOpset(prepare(model)));
      assertNear(await runModel(encodeOnnx(upgraded), inputs), outputs, name);
    }
  });
});
