import assert from 'node:assert/strict';
import { compressed, preferredEncoding } from '../../../src/http/reply/compress.js';
import { textReply } from '../../../src/http/reply/reply.js';

describe('preferredEncoding', () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['br', undefined],
    ['gzip, deflate, br', 'gzip'],
    ['deflate', 'deflate'],
    ['gzip;q=0.2, deflate;q=0.9', 'deflate'],
    ['gzip;q=0', undefined],
    ['*', 'gzip'],
    ['*;q=0', undefined],
  ];
  for (const [header, encoding] of cases) {
    it(`is ${encoding ?? 'none'} for ${header ?? 'no header'}`, () => {
      assert.equal(preferredEncoding(header), encoding);
    });
  }

  it('applies only to large replies with tensors', async () => {
    const encodingOf = async (text: string, isTensors: boolean): Promise<string | undefined> =>
      (await compressed({ ...textReply(text), isTensors }, 'gzip')).headers['content-encoding'];
    assert.equal(await encodingOf('x'.repeat(5_000), true), 'gzip');
    assert.equal(await encodingOf('x'.repeat(5_000), false), undefined);
    assert.equal(await encodingOf('{}', true), undefined);
  });
});
