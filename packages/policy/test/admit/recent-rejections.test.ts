import assert from 'node:assert/strict';
import { RecentRejections } from '../../src/admit/recent-rejections.js';

describe('recent rejections', () => {
  it('are a share of the queries of the last one to two seconds', () => {
    const rejections = new RecentRejections();
    for (let query = 0; query < 10; query++) rejections.record('a', query < 4, 500);
    assert.equal(rejections.share('a', 500), 0.4);
    for (let query = 0; query < 10; query++) rejections.record('a', false, 1_500);
    assert.equal(rejections.share('a', 1_500), 0.2);
    assert.equal(rejections.share('a', 2_500), 0);
    assert.equal(rejections.share('b', 500), 0);
  });

  it('forget the keys of older queries, of which clients can name any number', () => {
    const rejections = new RecentRejections();
    for (let second = 0; second < 10; second++)
      for (let key = 0; key < 1_000; key++) rejections.record(`${second} ${key}`, true, 1_000 * second);
    assert.ok(rejections.size <= 2_000, `${rejections.size} keys`);
  });
});
