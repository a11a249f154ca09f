import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { countNodes } from '../../src/executors/nodes-by-provider.js';
import { digits, load } from '../support/harness.js';

const node = (name: string, provider: string, more: object = {}) => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  args: { provider, op_name: 'Conv', node_index: name, ...more },
});

describe('nodesByProvider', function () {
  this.timeout(30_000);

  it('counts each node once, and does not count copies', () => {
    const events = [
      { cat: 'Session', name: 'model_run', args: {} },
      node('1', 'WebGpuExecutionProvider'),
      node('1', 'WebGpuExecutionProvider'),
      node('2', 'WebGpuExecutionProvider'),
      node('3', 'WebGpuExecutionProvider', { op_name: 'MemcpyToHost' }),
      node('4', 'CPUExecutionProvider'),
      node('5', 'OtherExecutionProvider'),
    ];
    assert.deepEqual(countNodes(events), { webgpu: 2, cpu: 1, OtherExecutionProvider: 1 });
  });

  it('is read from a profiled run, after which the model still serves', async () => {
    await using executor = await load(digits('mlp-tiny'));
    const data = [new Uint8Array(Float32Array.from({ length: 784 }, createSeededRng(1)).buffer)];
    const input = { name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], data } as const;
    const nodesByProvider = await executor.nodesByProvider([input]);
    assert.deepEqual(Object.keys(nodesByProvider), ['cpu']);
    assert.ok((nodesByProvider['cpu'] ?? 0) >= 3);
    const outcome = await executor.run({ inputs: [input], outputs: [], expectedMs: undefined });
    assert.equal(outcome.kind, 'done');
    await assert.rejects(executor.nodesByProvider([{ ...input, name: 'picture' }]), {
      code: 'failed-precondition',
      message: /doesn't run while it is profiled/,
    });
  });
});
