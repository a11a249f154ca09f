import assert from 'node:assert/strict';
import { createNonces, formatDecisionId, parseDecisionId } from '../../src/decisions/decision-id.js';

describe('decision ids', () => {
  it('are read as they were written', () => {
    for (const router of ['r1', 'router-01ab23cd', 'a.b', 'a.1', 'a.1.0123456789abcdef']) {
      const id = { router, seq: 42, nonce: '0123456789abcdef' };
      assert.deepEqual(parseDecisionId(formatDecisionId(id)), id);
    }
  });

  it('may lack the nonce, as those of release 0.2 do', () => {
    assert.deepEqual(parseDecisionId('r1.7'), { router: 'r1', seq: 7, nonce: '' });
    assert.deepEqual(parseDecisionId('a.5.7'), { router: 'a.5', seq: 7, nonce: '' });
  });

  it('are rejected with the expected form', () => {
    const wrong = ['', 'r1', 'r1.x', '.7', 'r1.7.', 'r1.7.0123456789abcdeg', 'r1.1234567890123456'];
    for (const text of [...wrong, `${'r'.repeat(201)}.7`, `r1.${'1'.repeat(1 << 20)}`]) {
      assert.throws(() => parseDecisionId(text), {
        code: 'invalid-argument',
        message: /^decision id ".{0,200}" is not valid: .* in the form ROUTER\.NUMBER\.NONCE$/,
      });
    }
  });
});

describe('nonces', () => {
  it('are the random bytes in hexadecimal, which are read for many at a time', () => {
    let filled = 0;
    const next = createNonces((bytes) => bytes.fill(++filled));
    const nonces = Array.from({ length: 1024 }, next);
    assert.deepEqual([...new Set(nonces)], ['01'.repeat(8), '02'.repeat(8)]);
    assert.equal(filled, 2);
  });

  it('differ between decisions', () => {
    const next = createNonces();
    assert.equal(new Set(Array.from({ length: 2000 }, next)).size, 2000);
  });
});
