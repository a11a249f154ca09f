// Waits for the mirror, many at the same time.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';
import { createTempFolder } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createMirror } from '../../src/storage/mirror.js';
import { logger } from '../support/candidate.js';

describe('a mirror', () => {
  it('has one abort listener for all waits, which ends them', async () => {
    await using folder = await createTempFolder();
    await using store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    const mirror = createMirror({ store, clock: systemClock, logger });
    const stop = new AbortController();
    await mirror.start(stop.signal);
    await new Promise(setImmediate);
    const before = getEventListeners(stop.signal, 'abort').length;
    const waits = Array.from({ length: 20 }, () => mirror.reached(mirror.revision + 1));
    assert.equal(getEventListeners(stop.signal, 'abort').length, before);
    stop.abort();
    for (const wait of waits) await assert.rejects(wait, { code: 'unavailable', message: /is stopping/ });
  });
});
