import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { cutDetails, cutTrailers } from '../../src/limits/status-details.js';

describe('cutDetails', () => {
  it('returns at most 2 KiB after percent-encoding, and whole characters of the text', () => {
    const character = fc.constantFrom('a', ' ', '%', 'é', '€', '😀', '\ud800', '\udc00', '\n', '\u0000');
    const text = fc
      .tuple(fc.array(character, { maxLength: 20 }), fc.nat(4_000))
      .map(([part, count]) => part.join('').repeat(Math.ceil(count / (part.length + 1))));
    fc.assert(
      fc.property(text, (long) => {
        const cut = cutDetails(long);
        assert.ok(encodeURI(cut).length <= 2048);
        if (encodeURI(long.toWellFormed()).length <= 2048) assert.equal(cut, long.toWellFormed());
        else assert.ok(cut.endsWith('…') && long.toWellFormed().startsWith(cut.slice(0, -1)));
      }),
    );
  });

  it('keeps as much as fits', () => {
    assert.equal(cutDetails('a'.repeat(2048)), 'a'.repeat(2048));
    assert.equal(encodeURI(cutDetails('a'.repeat(60_000_000))).length, 2048);
    assert.ok(encodeURI(cutDetails('😀'.repeat(1_000))).length > 2048 - 9 - 12);
  });
});

describe('cutTrailers', () => {
  it('leaves out the longest trailers over 8 KiB, but not those that say what to do', () => {
    const needed = {
      'grpc-status': 9,
      'grpc-message': 'why',
      'pareto-leader': `${'l'.repeat(300)}:8100`,
      'pareto-nearest-objective': JSON.stringify({ offer: 'x'.repeat(3_000) }),
    };
    const short = { 'pareto-variant': 'cnn:int8' };
    const cut = cutTrailers({
      'pareto-long': 'y'.repeat(9_000),
      'pareto-longer': 'y'.repeat(60_000),
      ...short,
      ...needed,
    });
    assert.deepEqual(cut, { ...needed, ...short });
  });

  it('cuts a message of gRPC for Node', () => {
    const message = encodeURI(`The server does not implement the method /${'ü'.repeat(10_000)}`);
    const cut = String(cutTrailers({ 'grpc-message': message })['grpc-message']);
    assert.ok(cut.length <= 2048);
    assert.match(decodeURI(cut), /^The server does not implement the method \/ü+…$/);
  });
});
