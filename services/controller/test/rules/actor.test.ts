import assert from 'node:assert/strict';
import fc from 'fast-check';
import { actorOf } from '../../src/rules/actor.js';

describe('the author of a rule', () => {
  it('is the role in the certificate, with the name that the caller sent', () => {
    assert.equal(actorOf({ peerRole: 'operator' }, 'ada'), 'operator (says: ada)');
    assert.equal(actorOf({ peerRole: 'operator' }, ''), 'operator');
  });

  it('is the name without certificates', () => {
    assert.equal(actorOf({ peerRole: undefined }, 'ada'), 'ada');
  });

  it('never looks verified beyond the role, whatever the caller sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const actor = actorOf({ peerRole: 'operator' }, name);
        assert.match(actor, /^operator( \(says: [^()\p{Cc}]+\))?$/u);
      }),
    );
  });
});
