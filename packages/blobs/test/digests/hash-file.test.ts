import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createTempFolder } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { hashFile } from '../../src/digests/hash-file.js';

const threads = (): number => Number(/^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

describe('hashFile', () => {
  it('hashes files of any size, many at once in few threads', async function () {
    this.timeout(30_000);
    await using folder = await createTempFolder();
    const contents = [0, 1, 2 ** 20, 2 ** 20 + 1, 5 * 2 ** 20].map((size) => randomBytes(size));
    const files = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const path = folder.file(String(index));
        const content = contents[index % contents.length] ?? assert.fail();
        await writeFile(path, content);
        return { path, content };
      }),
    );
    const before = threads();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, threads())), 1);
    using _watching = { [Symbol.dispose]: () => clearInterval(watch) };
    const digests = await Promise.all(files.map(({ path }) => hashFile(path)));
    const expected = files.map(({ content }) => `sha256:${createHash('sha256').update(content).digest('hex')}`);
    assert.deepEqual(digests, expected);
    assert.ok(most - before <= 20, `${most - before} more threads`);
  });

  it('rejects a file that cannot be read, and hashes the next ones', async () => {
    await using folder = await createTempFolder();
    await Promise.all(
      Array.from({ length: 10 }, () => assert.rejects(hashFile(folder.file('missing')), { code: 'ENOENT' })),
    );
    await writeFile(folder.file('a'), 'a');
    assert.match(await hashFile(folder.file('a')), /^sha256:ca978112/);
  });
});
