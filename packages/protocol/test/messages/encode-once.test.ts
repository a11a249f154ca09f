import assert from 'node:assert/strict';
import { serviceDefinition } from '../../src/messages/protos.js';
import { encodedOnce, serializeOnce } from '../../src/messages/encode-once.js';

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

  it('is made of its parts, which are encoded once if they are marked', () => {
    let encoded = 0;
    const serialize = serializeOnce((message: { readonly text: string }) => {
      encoded += 1;
      return Buffer.from(message.text);
    });
    const common = encodedOnce({ text: 'b' });
    const messages = [
      encodedOnce({ text: 'ab' }, [{ text: 'a' }, common]),
      encodedOnce({ text: 'cb' }, [{ text: 'c' }, common]),
    ];
    const bytes = [...messages, ...messages].map((message) => serialize(message).toString());
    assert.deepEqual([bytes.join(), encoded], ['ab,cb,ab,cb', 3]);
  });

  it('in parts is equal to the whole for a client', () => {
    const spec = serviceDefinition('pareto.v1.Routes')['Watch'] ?? assert.fail();
    const serialize = serializeOnce(spec.responseSerialize);
    const rows = ['a', 'b'].map((key) => ({ key, task: { name: key } }));
    const head = { epoch: 'e', revision: 7, removed: ['c'] };
    const message = { ...head, rows };
    const parts = [head, ...rows.map((row) => ({ rows: [row] }))];
    assert.deepEqual(
      spec.responseDeserialize(serialize(encodedOnce({ ...message }, parts))),
      spec.responseDeserialize(serialize(message)),
    );
  });
});
