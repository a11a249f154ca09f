import assert from 'node:assert/strict';
import { compressed, preferredEncoding } from '../../src/http/compress.js';
import { textReply } from '../../src/http/reply.js';

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

  it('leaves small answers alone', async () => {
    assert.equal((await compressed(textReply('{}'), 'gzip')).headers['content-encoding'], undefined);
  });
});
