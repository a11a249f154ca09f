import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
