import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createTokenCheck } from '../../src/access/token.js';
import { readClusterToken } from '../../src/index.js';

describe('cluster token', () => {
  let folder = '';
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'pareto-token-'))));
  after(() => rm(folder, { recursive: true }));

  const written = async (text: string): Promise<string> => {
    const file = join(folder, 'token');
    await writeFile(file, text);
    return file;
  };

  it('is the only line of its file', async () => {
    assert.equal(await readClusterToken(await written('0123456789abcdef\n')), '0123456789abcdef');
  });

  it('is rejected if it is missing, short or longer than a line', async () => {
    await assert.rejects(readClusterToken(join(folder, 'none')), /cannot read .*openssl rand -hex 32/);
    await assert.rejects(readClusterToken(await written('short')), /at least 16/);
    await assert.rejects(readClusterToken(await written('0123456789abcdef\n0123456789abcdef')), /one line/);
  });

  it('is rejected in its file if it is longer than a presented one may be', async () => {
    const longest = 'x'.repeat(1024);
    assert.equal(await readClusterToken(await written(longest)), longest);
    await assert.rejects(readClusterToken(await written(`${longest}x`)), /at most 1024/);
  });

  it('equals only itself, whatever is presented', () => {
    const token = fc.oneof(fc.string({ minLength: 1, maxLength: 64 }), fc.string({ minLength: 250, maxLength: 260 }));
    fc.assert(
      fc.property(token, token, fc.string({ minLength: 1 }), (own, other, rest) => {
        const isToken = createTokenCheck(own);
        assert.ok(isToken(own));
        assert.equal(isToken(other), other === own);
        for (const presented of ['', own.slice(1), own + rest, rest + own]) assert.ok(!isToken(presented));
      }),
    );
  });

  it('is not searched for in a presented text of any length', () => {
    const isToken = createTokenCheck('0123456789abcdef');
    for (const length of [1_024, 1_025, 65_536]) assert.ok(!isToken('0'.repeat(length)));
  });
});
