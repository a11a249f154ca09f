import assert from 'node:assert/strict';
import { toJson, toYaml } from '../../src/terminal/plain-value.js';

describe('toJson and toYaml', () => {
  const value = {
    costPer_1k: 2,
    _latencyMs: 'latencyMs',
    latencyMs: 5,
    list: [{ raw: Buffer.from('ab') }],
    none: null,
  };

  it('write names in camel case, bytes as base64, and no markers of optional fields', () => {
    assert.deepEqual(JSON.parse(toJson(value)), { costPer1k: 2, latencyMs: 5, list: [{ raw: 'YWI=' }], none: null });
  });

  it('write the same as YAML', () => {
    assert.equal(toYaml(value), 'costPer1k: 2\nlatencyMs: 5\nlist:\n  - raw: YWI=\nnone: null');
  });
});
