import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import fc from 'fast-check';
import {
  bytes,
  checkName,
  createHardwareClass,
  createSeededRng,
  defaultPrices,
  fallbackObjective,
  formatVariant,
  hardwareClassOf,
  idWithMemory,
  instructionSetOf,
  isDiskFull,
  milliseconds,
  ParetoError,
  parseTarget,
  percentile,
  priceOf,
  publicText,
  resolveObjective,
  wilson95,
} from '../src/index.js';

describe('names', () => {
  it('accepts valid names and rejects others with the expected grammar', () => {
    for (const name of ['a', 'ResNet50.v1', '0-x_y', 'x'.repeat(128)]) assert.equal(checkName('task', name), name);
    for (const name of ['', '-a', '.a', 'a b', 'a/b', 'a:b', 'ä', 'x'.repeat(129)]) {
      assert.throws(() => checkName('task', name), /task name .* is not valid: expected a letter or digit/);
    }
  });

  it('parses a target by its form', () => {
    assert.deepEqual(parseTarget('digits'), { kind: 'name', name: 'digits' });
    assert.deepEqual(parseTarget('cnn-large:fp16@webgpu+fast'), {
      kind: 'variant',
      architecture: 'cnn-large',
      variant: 'cnn-large:fp16@webgpu+fast',
    });
    for (const target of ['a:', ':a', 'a:b:c', 'a:b@', 'a:b@GPU'])
      assert.throws(() => parseTarget(target), /is not valid/);
  });

  it('omits the provider cpu from the name of a variant', () => {
    assert.equal(formatVariant('cnn', 'original', 'cpu'), 'cnn:original');
    assert.equal(formatVariant('cnn', 'fp16', 'webgpu'), 'cnn:fp16@webgpu');
  });
});

describe('isDiskFull', () => {
  const coded = (code: string): Error => Object.assign(new Error('write failed'), { code });

  it('recognises the code of an error or of its causes, not a text', () => {
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const cause = new ParetoError('resource-exhausted', 'no room', { cause: coded(code) });
      for (const error of [coded(code), cause, new Error('making failed', { cause })]) assert.ok(isDiskFull(error));
    }
    const others = [coded('EIO'), new ParetoError('resource-exhausted', 'no disk space left'), 'ENOSPC', undefined];
    for (const error of others) assert.equal(isDiskFull(error), false);
  });
});

describe('publicText', () => {
  const folder = '/var/lib/pareto';

  it('names the last part of the paths of an error', () => {
    const message = `no disk space left at ${folder}/blobs: free some space at ${folder}`;
    const error = new ParetoError('resource-exhausted', message, { paths: [folder, `${folder}/blobs/`] });
    assert.equal(error.message, message);
    assert.equal(publicText(error), 'no disk space left at …/blobs: free some space at …/pareto');
  });

  it('names the last part of the paths of a system error', async () => {
    const failed = await readFile('/nowhere/secret/key').catch((error: unknown) => error);
    assert.match(publicText(failed), /^ENOENT: .* '…\/key'$/);
    const renamed = await rename('/nowhere/a', '/nowhere/b').catch((error: unknown) => error);
    assert.match(publicText(renamed), /'…\/a' -> '…\/b'$/);
  });

  it('keeps other texts, which may contain slashes', () => {
    assert.equal(
      publicText(new ParetoError('internal', "node '/features/0/Conv' failed")),
      "node '/features/0/Conv' failed",
    );
    assert.equal(publicText('a/b'), 'a/b');
  });
});

describe('objectives', () => {
  it('treats a floor of 0 as no floor', () => {
    assert.equal(resolveObjective({ minAccuracy: 0 }, { minAccuracy: 0.9 }).minAccuracy, undefined);
  });

  it('takes each field from the first source that has it', () => {
    const resolved = resolveObjective(
      { latencyMs: milliseconds(20) },
      { latencyMs: milliseconds(50), minAccuracy: 0.9 },
      {},
    );
    assert.deepEqual(resolved, { ...fallbackObjective, latencyMs: 20, minAccuracy: 0.9, prefer: 'cost' });
  });

  it('prefers accuracy if no source limits anything, unless one prefers something', () => {
    const latencyMs = milliseconds(1_000);
    assert.equal(resolveObjective({}, { class: 'offline' }).prefer, 'accuracy');
    assert.equal(resolveObjective({}, { latencyMs }).prefer, 'cost');
    assert.equal(resolveObjective({ minAccuracy: 0 }).prefer, 'cost');
    assert.equal(resolveObjective({ minAccuracy: 0.9 }, { prefer: 'accuracy' }).prefer, 'accuracy');
    assert.equal(resolveObjective({ prefer: 'cost' }, { prefer: 'accuracy' }).prefer, 'cost');
  });
});

describe('hardware', () => {
  const hardwareClass = createHardwareClass({ provider: 'cpu', device: 'amd-epyc-9b14', instructionSet: 'avx2' });
  const { id } = hardwareClass;

  it('names a class by what decides its speed, not by its memory', () => {
    assert.equal(id, 'cpu/amd-epyc-9b14/avx2');
    assert.equal(instructionSetOf(id), 'avx2');
  });

  it('reads and writes the ids of older releases, which end in the memory of a slot', () => {
    assert.equal(hardwareClassOf('cpu/amd-epyc-9b14/avx2/12g'), id);
    assert.equal(hardwareClassOf(id), id);
    assert.equal(hardwareClassOf('cpu/odd/12g'), 'cpu/odd/12g');
    const group = { hardwareClass, slots: 2, driver: '', memoryPerSlot: bytes(12.4 * 2 ** 30) };
    assert.equal(idWithMemory(group), 'cpu/amd-epyc-9b14/avx2/12g');
  });

  it('takes the price of the longest match', () => {
    assert.equal(priceOf(defaultPrices, id), 0.048);
    assert.equal(priceOf({ ...defaultPrices, 'cpu/amd-epyc-9b14/': 0.06 }, id), 0.06);
    assert.equal(priceOf({ ...defaultPrices, 'cpu/amd-epyc-9b14/': 0.06, [id]: 0.07 }, id), 0.07);
    assert.equal(priceOf({ 'cuda/': 1 }, id), undefined);
  });

  it('takes prices of ids with a memory, the highest of several, unless the class itself has one', () => {
    const old = {
      'cpu/amd-epyc-9b14/avx2/': 0.05,
      [`${id}/1g`]: 0.07,
      [`${id}/16g`]: 0.06,
      'cpu/amd-epyc-9b14/avx': 1,
    };
    assert.equal(priceOf(old, id), 0.07);
    assert.equal(priceOf({ ...old, [id]: 0.01 }, id), 0.01);
    assert.equal(priceOf({ 'cpu/amd-epyc-9b14/avx2/': 0.05 }, id), 0.05);
  });
});

describe('statistics', () => {
  it('computes the Wilson interval', () => {
    const [lower, upper] = wilson95(1980, 2000);
    assert.ok(Math.abs(lower - 0.98461) < 1e-4 && Math.abs(upper - 0.99352) < 1e-4, `${lower} ${upper}`);
    assert.deepEqual(wilson95(0, 0), [0, 1]);
  });

  it('keeps the interval within [0, 1] and around the estimate', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (a, b) => {
        const [hits, samples] = [Math.min(a, b), Math.max(a, b, 1)];
        const [lower, upper] = wilson95(hits, samples);
        const p = hits / samples;
        assert.ok(0 <= lower && lower <= p + 1e-12 && p - 1e-12 <= upper && upper <= 1);
      }),
    );
  });

  it('computes the nearest-rank percentile', () => {
    assert.equal(percentile([1, 2, 3, 4], 0.5), 2);
    assert.equal(percentile([1, 2, 3, 4], 0.99), 4);
    assert.ok(Number.isNaN(percentile([], 0.5)));
  });
});

describe('a seeded random source', () => {
  it('is reproducible and roughly uniform', () => {
    const [a, b] = [createSeededRng(7), createSeededRng(7)];
    const values = Array.from({ length: 10_000 }, () => a());
    assert.deepEqual(
      values.slice(0, 5),
      Array.from({ length: 5 }, () => b()),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.02);
    assert.ok(values.every((value) => value >= 0 && value < 1));
  });
});
