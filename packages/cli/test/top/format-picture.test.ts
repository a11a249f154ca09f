import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import pc from 'picocolors';
import { formatPicture } from '../../src/top/format-picture.js';
import { emptyPicture, seen, unseen, type Picture } from '../../src/top/picture.js';

const overview = (more: Partial<wire.OverviewResponse> = {}): wire.OverviewResponse => ({
  ...{ cluster: 'default', leader: 'a:1', tableVersion: 'epoch:7', controllers: ['a:1', 'b:1'], storeAgeMs: 0 },
  ...{ tasks: [], workers: [], routers: [{ routerId: 'r', address: 'r:1' }], recentActions: [], notices: [] },
  ...more,
});

const show = (picture: Picture, columns = 200): string[] =>
  formatPicture(picture, { now: milliseconds(20_000), router: 'r:1', columns, paint: pc.createColors(false) }).split(
    '\n',
  );
const at = milliseconds(6_000);
const absent = { reason: 'no controller answers at a:1', isAbsent: true };

describe('formatPicture', () => {
  it('says who leads and who stands by', () => {
    assert.equal(show(seen(overview(), at))[0], 'cluster default, led by a:1, standing by: b:1; table 7, 1 router(s)');
    const alone = overview({ controllers: ['a:1', 'a:1'] });
    assert.equal(show(seen(alone, at))[0], 'cluster default, led by a:1; table 7, 1 router(s)');
  });

  it('warns of what the controller has to say', () => {
    const notices = ['no controller leads', 'the store was restored'];
    const lines = show(seen(overview({ leader: '', notices }), at));
    assert.match(lines[0] ?? '', /led by nobody, standing by: a:1, b:1;/);
    assert.deepEqual(lines.slice(1, 3), ['! no controller leads', '! the store was restored']);
  });

  it('keeps the last picture while no controller answers, with its age and what the router says', () => {
    const outage = unseen(
      seen(overview({ notices: ['the store was restored'] }), at),
      { ...absent, router: { kind: 'serves', tableAgeMs: 13_100 } },
      milliseconds(9_000),
    );
    assert.deepEqual(show(outage).slice(1, 5), [
      '! no controller answers at a:1: below is how it was 14 s ago',
      '! router r:1 goes on serving, from a table of 13 s ago',
      '! the store was restored',
      '',
    ]);
    assert.ok(show(outage).includes('no worker has joined'));
  });

  it('says for how long it waits for a first picture', () => {
    const first = unseen(emptyPicture, { ...absent, router: { kind: 'not ready' } }, milliseconds(15_000));
    const still = unseen(first, { ...absent, router: { kind: 'not ready' } }, milliseconds(19_000));
    assert.deepEqual(show(still), [
      '! no controller answers at a:1, for 5 s',
      '! router r:1 has no table yet: it waits for a controller',
    ]);
  });

  it('wraps what must be read, whatever the width', () => {
    const lines = show(seen(overview({ notices: ['the store was restored: look at the replicas'] }), at), 30);
    assert.ok(lines.slice(0, 6).every((line) => line.length < 30));
  });
});
