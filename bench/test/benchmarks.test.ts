import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { benchmarks, scriptOf, type BenchmarkName } from '../benchmarks.js';

const root = new URL('../../', import.meta.url);

describe('the benchmarks', () => {
  const names = Object.keys(benchmarks) as BenchmarkName[];

  it('have a file each', () => {
    const files = readdirSync(new URL('bench/', root)).filter((file) => file.endsWith('.bench.ts'));
    assert.deepEqual(files.sort(), names.map((name) => `${name}.bench.ts`).sort());
  });

  it('have a script each', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const started = Object.entries(scripts).flatMap(([script, command]) => {
      const [, name] = /bench\/([\w-]+)\.bench\.ts/.exec(command) ?? [];
      return name === undefined ? [] : [[script, name]];
    });
    assert.deepEqual(started.sort(), names.map((name) => [scriptOf(name), name]).sort());
  });
});
