import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { createTempFolder } from '@pareto/testkit';
import { build } from 'esbuild';
import type { CallFrame } from '../../profiling/call-tree.js';
import { createSourceFinder, describeFrame, type Frame } from '../../profiling/frames.js';

const frame = (functionName: string, url: string): CallFrame => ({
  ...{ functionName, url, lineNumber: 9, columnNumber: 3 },
});
const describeAt = (functionName: string, file: string, name?: string): Frame =>
  describeFrame(frame(functionName, 'file:///bundle.js'), () => ({ file, line: 7, name }));

describe('describeFrame', () => {
  it('names a function of this repository by its source', () => {
    const found = describeAt('serve', 'services/router/src/query/serve.ts');
    assert.deepEqual(found, { name: 'serve', at: 'services/router/src/query/serve.ts:7', kind: 'pareto' });
  });

  it('removes the number that the bundler added to a name', () => {
    assert.equal(describeAt('serve2', 'a.ts', 'serve').name, 'serve');
    assert.equal(describeAt('utf8', 'a.ts', 'write').name, 'utf8');
  });

  it('names a function of a package by its path in the package', () => {
    for (const folder of ['node_modules/', 'node_modules/.pnpm/grpc-js@1/node_modules/'])
      assert.deepEqual(describeAt('', `${folder}@grpc/grpc-js/src/client.ts`), {
        ...{ name: '(anonymous)', at: '@grpc/grpc-js/src/client.ts:7', kind: 'library' },
      });
  });

  it('tells the JavaScript of Node from native code and the garbage collector', () => {
    const find = (name: string, url: string): unknown[] => {
      const found = describeFrame(frame(name, url), () => assert.fail('needs no source'));
      return [found.at, found.kind];
    };
    assert.deepEqual(find('emit', 'node:events'), ['node:events:10', 'node']);
    assert.deepEqual(find('writev', ''), ['', 'native']);
    assert.deepEqual(find('(program)', ''), ['', 'native']);
    assert.deepEqual(find('(garbage collector)', ''), ['', 'gc']);
  });
});

describe('createSourceFinder', () => {
  it('finds the source of a function in a bundle', async () => {
    await using folder = await createTempFolder();
    const [contents, outfile] = ['\n\nexport function serve() { return 1; }\n', folder.file('bundle.js')];
    const stdin = { contents, sourcefile: 'serve.ts', resolveDir: folder.path };
    await build({ stdin, outfile, bundle: true, format: 'esm', sourcemap: 'linked' });
    // The first line of the bundle names the source.
    const callFrame = { functionName: 'serve', url: pathToFileURL(outfile).href, lineNumber: 1, columnNumber: 14 };
    const { file, line } = createSourceFinder()(callFrame);
    assert.match(file, /serve\.ts$/);
    assert.equal(line, 3);
  });

  it('returns the position itself without a source map', () => {
    const callFrame = frame('serve', new URL('../../profiling/agent.mjs', import.meta.url).href);
    assert.deepEqual(createSourceFinder()(callFrame), { file: 'bench/profiling/agent.mjs', line: 10 });
  });
});
