import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { serviceDefinition } from '../../src/messages/protos.js';
import { loadProtos } from '../../src/messages/load-protos.js';

describe('serviceDefinition', () => {
  it('defines each service as proto-loader does', async () => {
    for (const [service, loaded] of Object.entries(await loadProtos({ keepCase: false }))) {
      if ('format' in loaded) continue;
      const defined = serviceDefinition(service);
      assert.deepEqual(Object.keys(defined), Object.keys(loaded));
      for (const [name, expected] of Object.entries(loaded)) {
        const method = defined[name] ?? assert.fail(name);
        for (const field of ['path', 'originalName', 'requestStream', 'responseStream'] as const)
          assert.equal(method[field], expected[field]);
        // Every field has its default then.
        const request = expected.requestDeserialize(Buffer.alloc(0));
        assert.deepEqual(method.requestDeserialize(Buffer.alloc(0)), request);
        assert.deepEqual(method.requestSerialize(request), expected.requestSerialize(request));
        const response = expected.responseDeserialize(Buffer.alloc(0));
        assert.deepEqual(method.responseDeserialize(Buffer.alloc(0)), response);
        assert.deepEqual(method.responseSerialize(response), expected.responseSerialize(response));
      }
    }
  });
});
