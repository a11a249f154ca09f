import assert from 'node:assert/strict';
import { commonFlags } from '../../src/flags/common-flags.js';
import { listFlags, type Flag } from '../../src/flags/flags.js';
import type { FlagTable } from '../../src/flags/flag-table.js';
import { describeLimits } from '../../src/limits/describe-limits.js';

const held = {
  maxHeld: { kind: 'integer', min: 0, default: 1024, limit: 'heldQueries', help: 'h' },
  maxHeldBytes: { kind: 'integer', min: 0, default: 2 ** 26, limit: 'heldQueries', help: 'h' },
  maxHoldMs: { kind: 'integer', min: 0, default: 30_000, limit: 'heldQueries', help: 'h' },
  replayBytes: { kind: 'integer', min: 0, default: 2 ** 18, limit: 'replayBytes', help: 'h' },
} as const;
const queue = {
  queueItems: { kind: 'integer', min: 1, default: 1024, limit: 'replicaQueue', help: 'h' },
  queueSize: { kind: 'text', format: 'size', default: '256m', limit: 'replicaQueue', help: 'h' },
  maxStreams: { ...commonFlags.maxStreams, default: 16_384 },
} as const;
const blobs = {
  maxBlobMebibytes: { kind: 'integer', min: 1, default: 16_384, limit: 'blobBytes', help: 'h' },
} as const;

const flagsWith = (own: FlagTable): readonly Flag[] => listFlags({ ...commonFlags, ...own });
const services = { controller: flagsWith(blobs), router: flagsWith(held), worker: flagsWith(queue) };

describe('the described limits', () => {
  it('have values with units, and defaults by service', () => {
    const values = new Map(describeLimits(services).map(({ limit, value }) => [limit, value]));
    assert.equal(values.get('message-bytes'), '64 MiB');
    assert.equal(values.get('rank'), '32');
    assert.equal(values.get('stall-ms'), '30 s');
    assert.equal(values.get('fields'), '65,536');
    assert.equal(values.get('streams'), '1,024 (worker: 16,384)');
    assert.equal(values.get('held-queries'), '1,024, 64 MiB, 30 s');
    assert.equal(values.get('replica-queue'), '1,024, 256 MiB');
    assert.equal(values.get('blob-bytes'), '16 GiB');
    assert.ok([...values.values()].every((value) => value !== ''));
  });

  it('are incomplete if a flag is missing, or names another limit or none', () => {
    const { maxHoldMs: _maxHoldMs, ...others } = held;
    const unmarked = { ...others, maxHoldMs: { kind: 'integer', min: 0, default: 1, help: 'h' } } as const;
    const other = { ...held, maxHoldMs: { ...held.maxHoldMs, limit: 'rank' } } as const;
    assert.throws(() => describeLimits({ ...services, router: flagsWith(others) }), /--max-hold-ms .* heldQueries/);
    assert.throws(() => describeLimits({ ...services, router: flagsWith(unmarked) }), /--max-hold-ms .* heldQueries/);
    assert.throws(() => describeLimits({ ...services, router: flagsWith(other) }), /rank .* --max-hold-ms/);
  });
});
