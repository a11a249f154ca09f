import assert from 'node:assert/strict';
import { actorOf } from '../../src/rules/actor.js';

describe('the author of a rule', () => {
  it('is the subject of the certificate, whatever name the caller sends', () => {
    for (const sent of ['', 'root', 'ada (operator)'])
      assert.equal(actorOf({ peerRole: 'operator', peerSubject: 'ada' }, sent), 'ada');
  });

  it('is the role of a certificate without a name', () => {
    assert.equal(actorOf({ peerRole: 'operator', peerSubject: '' }, 'root'), 'operator');
  });

  it('is the sent name without certificates', () => {
    assert.equal(actorOf({ peerRole: undefined }, 'ada'), 'ada');
  });
});
