import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDiskFull, systemClock, type ErrorCode } from '@pareto/core';
import { createTempFolder, matrixModel, startChild, waitFor, type TempFolder } from '@pareto/testkit';
import { floatTensor, makeNode, makeValue } from '../../../src/onnx/onnx-parts.js';
import { runGenerator, type GenerationRequest } from '../../../src/generate/process/run-generator.js';
import { encodeOnnx } from '../../../src/onnx/onnx-codec.js';
import { onnxTypes } from '../../../src/onnx/onnx-tensor-data.js';
import { floatInput, runModel } from '../../support/run-model.js';
import { makeModel } from '../../support/make-model.js';

const digits = fileURLToPath(new URL('../../../../../examples/digits/models/', import.meta.url));
const limits = { memoryBytes: 512 * 2 ** 20, timeoutMs: 30_000 };

describe('runGenerator', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  before(async () => (temp = await createTempFolder()));
  after(() => temp[Symbol.asyncDispose]());

  async function job(graph: string, recipe = 'mapped'): Promise<GenerationRequest> {
    const folder = await mkdtemp(join(temp.path, 'made-'));
    return { graph, recipe, phase: 'rewrite', folder };
  }

  it('writes the rewritten model, which has the same outputs as the original', async () => {
    const graph = `${digits}mlp-large.onnx`;
    const given = await job(graph);
    const made = await runGenerator(given, limits, systemClock);
    if (made.kind === 'declined') throw new Error(made.reason);
    assert.deepEqual(
      made.files.map(({ path }) => path),
      ['model.onnx', 'weights.bin'],
    );
    for (const { path, sizeBytes } of made.files)
      assert.equal((await readFile(join(given.folder, path))).length, sizeBytes);
    const inputs = [
      floatInput(
        'image',
        [2, 1, 28, 28],
        Array.from({ length: 1568 }, (_, index) => Math.sin(index)),
      ),
    ];
    assert.deepEqual(await runModel(join(given.folder, 'model.onnx'), inputs), await runModel(graph, inputs));
  });

  it('returns the reason if the generator declines', async () => {
    const made = await runGenerator(await job(`${digits}mlp-tiny.onnx`), limits, systemClock);
    assert.deepEqual(made, { kind: 'declined', reason: 'its weights take 0.1 MB: mapping gains nothing below 1 MB' });
  });

  const fails = async (
    given: GenerationRequest,
    code: ErrorCode,
    why: RegExp,
    within: Partial<Parameters<typeof runGenerator>[1]> = {},
  ) =>
    assert.rejects(runGenerator(given, { ...limits, ...within }, systemClock), (error: Error & { code?: string }) => {
      assert.match(error.message, why);
      assert.equal(error.code, code);
      return true;
    });

  it('rejects a corrupted model', async () => {
    const graph = join(temp.path, 'cut.onnx');
    await writeFile(graph, (await readFile(`${digits}mlp-small.onnx`)).subarray(0, 1000));
    await fails(await job(graph), 'invalid-argument', /corrupted or cut short/);
  });

  it('rejects external data that is too short or not a file', async () => {
    const given = await job(`${digits}mlp-large.onnx`);
    await runGenerator(given, limits, systemClock);
    const [graph, weights] = [join(given.folder, 'model.onnx'), join(given.folder, 'weights.bin')];
    await writeFile(weights, Buffer.alloc(5000));
    await fails(await job(graph), 'invalid-argument', /weights.bin: the file is damaged/);
    const why = /the model's external data weights.bin can't be read: it is not a file/;
    await rm(weights);
    await mkdir(weights);
    await fails(await job(graph), 'invalid-argument', why);
    await rmdir(weights);
    execFileSync('mkfifo', [weights]);
    await fails(await job(graph), 'invalid-argument', why);
  });

  it('rejects a graph whose nodes are chained too deeply', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `w${index}`);
    const node = names.map((name, index) => makeNode('Identity', [names[index - 1] ?? 'w'], [name]));
    const model = makeModel({
      node: [...node, makeNode('MatMul', ['x', names.at(-1) ?? ''], ['y'])],
      initializer: [floatTensor('w', [1, 1], [1])],
      input: [makeValue('x', onnxTypes.float, ['batch', 1])],
      output: [makeValue('y', onnxTypes.float, ['batch', 1])],
    });
    const graph = join(temp.path, 'deep.onnx');
    await writeFile(graph, encodeOnnx(model));
    await fails(await job(graph, 'int4'), 'invalid-argument', /too deep/);
  });

  it('rejects an unknown recipe', async () =>
    fails(await job(`${digits}mlp-tiny.onnx`, 'int3'), 'invalid-argument', /has no generator for int3/));

  it('fails with the error of a process that crashes', async () =>
    fails(
      { ...(await job(`${digits}mlp-large.onnx`)), folder: join(temp.path, 'nowhere') },
      'internal',
      /exit status 1: Error: ENOENT/,
    ));

  it('distinguishes a full disk from a problem of the model', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const given = await job(`${digits}mlp-large.onnx`);
    await symlink('/dev/full', join(given.folder, 'weights.bin'));
    await assert.rejects(runGenerator(given, limits, systemClock), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'resource-exhausted');
      assert.ok(isDiskFull(error));
      assert.ok(error.message.includes(given.folder), error.message);
      return true;
    });
  });

  it('fails if the process needs more memory than its limit', async () => {
    const graph = join(temp.path, 'large.onnx');
    await writeFile(graph, matrixModel(4000));
    await fails(await job(graph), 'resource-exhausted', /more than its memory limit of 64 MiB/, {
      memoryBytes: 64 * 2 ** 20,
    });
  });

  it('kills a process that takes too long', async () =>
    fails(await job(`${digits}mlp-large.onnx`), 'deadline-exceeded', /longer than 0.001 s/, { timeoutMs: 1 }));

  it('kills the process when it is cancelled', async () => {
    const abort = new AbortController();
    const running = fails(await job(`${digits}mlp-large.onnx`), 'cancelled', /was cancelled/, { signal: abort.signal });
    abort.abort();
    await running;
  });

  it('recognises a lack of memory by the signal, and reports other signals', async function () {
    const list = `/proc/${process.pid}/task/${process.pid}/children`;
    if (!existsSync(list)) return this.skip();
    const children = async (): Promise<readonly string[]> => (await readFile(list, 'utf8')).trim().split(' ');
    const ended = [
      ['SIGILL', 'resource-exhausted', /needed more than its memory limit of 512 MiB$/],
      ['SIGTERM', 'internal', /^generating mapped failed with signal SIGTERM$/],
    ] as const;
    for (const [signal, code, why] of ended) {
      const before = await children();
      const running = fails(await job(`${digits}mlp-large.onnx`), code, why);
      for (const pid of await children()) if (!before.includes(pid)) process.kill(Number(pid), signal);
      await running;
    }
  });

  it('ends the process when its parent ends', async function () {
    if (!existsSync('/usr/bin/setpriv')) return this.skip();
    const parent = fileURLToPath(new URL('generator-parent.mjs', import.meta.url));
    await using child = startChild(process.execPath, [parent, temp.path]);
    const pid = await waitFor(
      'the generator process',
      () => Number(/generator (\d+)/.exec(child.output)?.[1]) || undefined,
    );
    assert.ok(existsSync(`/proc/${pid}`));
    child.kill('SIGKILL');
    await waitFor('its end', () => (existsSync(`/proc/${pid}`) ? undefined : true), 20_000);
  });
});
