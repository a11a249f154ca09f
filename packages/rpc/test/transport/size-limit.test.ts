import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explainSizeLimit } from '../../src/transport/size-limit.js';

describe('explainSizeLimit', () => {
  const texts = [
    'Received message larger than max (1001 vs 1000)',
    'Received message that decompresses to a size larger than 1000',
    'Sent message larger than max (1001 vs. 1000)',
    'Attempted to send message with a size larger than 500',
  ];

  it('adds the flag to each size error of grpc-js', () => {
    for (const text of texts) assert.match(explainSizeLimit(text), /--max-message-bytes$/);
  });

  it('adds nothing to a text that the peer explained', () => {
    for (const text of texts) {
      const explained = explainSizeLimit(text);
      assert.equal(explainSizeLimit(explained), explained);
      assert.equal(explainSizeLimit(`${text}; raise the limit`), `${text}; raise the limit`);
    }
  });

  it('returns other texts unchanged', () => {
    assert.equal(explainSizeLimit('the queue is full'), 'the queue is full');
  });
});
