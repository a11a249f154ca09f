import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'mocha';
import { advertisedAddress } from '../../src/index.js';

describe('advertisedAddress', () => {
  it('is --advertise, otherwise the listen address, with the host name for a wildcard', () => {
    assert.equal(advertisedAddress({ host: '0.0.0.0', advertise: 'a:1' }, 2), 'a:1');
    assert.equal(advertisedAddress({ host: '127.0.0.1' }, 2), '127.0.0.1:2');
    assert.equal(advertisedAddress({ host: '0.0.0.0' }, 2), `${hostname()}:2`);
    assert.equal(advertisedAddress({ host: '::1' }, 2), '[::1]:2');
  });
});
