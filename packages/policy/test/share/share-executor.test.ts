import assert from 'node:assert/strict';
import { bytes, variantId } from '@pareto/core';
import { buildManifest, buildPoint, buildProfile, buildVariant } from '@pareto/testkit';
import { maxSharedModels, mayShare, ownerOf } from '../../src/index.js';
import { replicaMemory, sharedMemory } from '../../src/share/share-executor.js';

const [kib, mib] = [2 ** 10, 2 ** 20];
const sized = (sizeBytes: number, provider = 'cpu') =>
  buildVariant({ provider, manifest: buildManifest({ sizeBytes: bytes(sizeBytes) }) });
const using = (memoryBytes: number) => buildProfile([buildPoint(1, 1)], { memoryBytes: bytes(memoryBytes) });

describe('models that share executor processes', () => {
  it('have small files, run on the cpu, and use little memory if they are measured', () => {
    assert.ok(mayShare(sized(20 * kib), undefined));
    assert.ok(mayShare(sized(mib), using(40 * mib)));
    assert.ok(!mayShare(sized(mib + 1), undefined));
    assert.ok(!mayShare(sized(20 * kib, 'webgpu'), undefined));
    assert.ok(!mayShare(sized(20 * kib), using(80 * mib)));
    assert.ok(!mayShare(sized(20 * kib), buildProfile([])), 'measured without running');
  });

  it('count for their part of the process instead of for a whole one', () => {
    const small = sized(20 * kib);
    assert.equal(replicaMemory(small, using(40 * mib)), sharedMemory(small.manifest));
    assert.equal(replicaMemory(small, using(80 * mib)), 80 * mib);
    assert.ok(maxSharedModels * sharedMemory(small.manifest) < 70 * mib);
  });

  it('have the same owner', () => {
    assert.equal(ownerOf(variantId('a:original')), 'default');
    assert.equal(ownerOf(variantId('tenant/a:original')), 'tenant');
  });
});
