import assert from 'node:assert/strict';
import { encodedOnce, serializeOnce } from '../../src/calls/encode-once.js';

describe('a message for several streams', () => {
  it('is encoded once if it is marked, and each time otherwise', () => {
    let encoded = 0;
    const serialize = serializeOnce((message: { readonly text: string }) => {
      encoded += 1;
      return Buffer.from(message.text);
    });
    const [shared, other] = [encodedOnce({ text: 'a' }), { text: 'b' }];
    const bytes = [shared, shared, other, other].map((message) => serialize(message).toString());
    assert.deepEqual([bytes.join(), encoded], ['a,a,b,b', 3]);
  });
});
