import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, waitFor } from '@pareto/testkit';
import { claimUserIds, type UserIds } from '../src/start/user-ids.js';

const program = fileURLToPath(new URL('programs/claim.ts', import.meta.url));
const first = 40_000;
/** Number of ids besides the first, which is not given to a process alone. */
const ownIds = 511;

describe('claimUserIds', function () {
  this.timeout(30_000);
  let locks: string;
  before(function () {
    if (process.platform === 'linux') return;
    Object.assign(this.test?.parent ?? {}, { skipReason: 'only Linux has flock' });
    this.skip();
  });
  beforeEach(() => void (locks = mkdtempSync(path.join(tmpdir(), 'pareto-ids-'))));
  afterEach(() => rmSync(locks, { recursive: true }));

  const shared: string[] = [];
  beforeEach(() => void shared.splice(0));
  const claim = (from = first, tryFrom = 0): UserIds =>
    claimUserIds({ first: from, locks, tryFrom, onShared: (reason) => void shared.push(reason) });
  const takeAll = (ids: UserIds, count: number): readonly number[] =>
    Array.from({ length: count }, () => ids.take().uid);

  /** Starts a service that takes ids. */
  async function startService(count: number): Promise<{
    readonly kill: () => Promise<unknown>;
    readonly taken: readonly number[];
    readonly shortage?: string;
  }> {
    const child = startChild(process.execPath, ['--import=tsx', program, locks, String(first), String(count)]);
    const line = await waitFor('the ids', () => (child.output.endsWith('\n') ? child.output : undefined));
    const kill = (): Promise<unknown> => {
      child.kill('SIGKILL');
      return child.exited;
    };
    return { ...(JSON.parse(line) as { taken: number[]; shortage?: string }), kill };
  }

  it('gives each process of each service an id of its own, and the same group', () => {
    using one = claim();
    using other = claim();
    const users = [one, other].flatMap((ids) => Array.from({ length: 100 }, () => ids.take()));
    assert.equal(new Set(users.map(({ uid }) => uid)).size, 200);
    assert.ok(users.every(({ uid, gid }) => uid > first && uid <= first + ownIds && gid === first));
    assert.deepEqual([one.shortage, other.shortage, shared], [undefined, undefined, []]);
  });

  it('gives no id twice to services whose ranges overlap', () => {
    using one = claim();
    using other = claim(first + 203);
    const taken = [...takeAll(one, 300), ...takeAll(other, 300)];
    assert.equal(new Set(taken).size, taken.length);
    assert.deepEqual(shared, []);
  });

  it('first tries the block of its number, and then the next ones', () => {
    using one = claim(first, 32 + 30);
    using other = claim(first, 30);
    const block = (index: number): readonly number[] => Array.from({ length: 16 }, (_, id) => first + index * 16 + id);
    assert.deepEqual(takeAll(one, 16), block(30));
    // The first id of all is not given to one process.
    assert.deepEqual(takeAll(other, 31), [...block(31), ...block(0).slice(1)]);
  });

  it('reuses the ids of eight ended processes, after all others', () => {
    using ids = claim();
    const taken = takeAll(ids, 30);
    const ended = taken.slice(0, 8);
    for (const uid of ended) ids.release({ uid, gid: first });
    const next = takeAll(ids, 10);
    assert.deepEqual(next.slice(1, 9), ended);
    assert.ok([next[0], next[9]].every((uid) => uid !== undefined && !taken.includes(uid)));
  });

  it('lets processes share the first id alone, and states why, while other services have all ids', async () => {
    const service = await startService(ownIds);
    assert.deepEqual([new Set(service.taken).size, service.shortage], [ownIds, undefined]);
    using ids = claim();
    const reason = `services or other processes of this host have all user ids from ${first + 1} to ${first + ownIds}`;
    assert.equal(ids.shortage, reason);
    assert.deepEqual(
      [takeAll(ids, 2), shared],
      [
        [first, first],
        [reason, reason],
      ],
    );
    await service.kill();
    assert.ok(ids.take().uid > first, 'the locks ended with their holder');
    assert.equal(ids.shortage, reason, 'two processes still share an id');
    ids.release({ uid: first, gid: first });
    ids.release({ uid: first, gid: first });
    assert.equal(ids.shortage, undefined);
  });

  it('refuses a process that must not share, and takes no id for it', () => {
    using others = claim();
    takeAll(others, ownIds);
    const onShared = (reason: string): never => {
      throw new Error(reason);
    };
    using ids = claimUserIds({ first, locks, tryFrom: 0, onShared });
    assert.throws(() => ids.take(), /^Error: services or other processes of this host have all user ids/);
    others.release({ uid: first + 1, gid: first });
    assert.throws(() => ids.take(), 'the block is still claimed');
  });

  it('tries one block of the others again for each process while ids are short', () => {
    using others = claim();
    takeAll(others, ownIds);
    using ids = claim();
    // The lock of the fourth block is as good as free: its holder has another file.
    rmSync(path.join(locks, `user-ids-${first + 3 * 16}`));
    assert.deepEqual(takeAll(ids, 3), [first, first, first]);
    assert.equal(ids.take().uid, first + 3 * 16);
  });

  it('gives no id that a process still has, though the one that got the id has ended', async function () {
    requireRoot(this);
    using ids = claim();
    const [user, ...others] = Array.from({ length: 15 }, () => ids.take());
    assert.ok(user !== undefined);
    await using left = startChild('setpriv', [`--reuid=${user.uid}`, '--clear-groups', 'sleep', '1000']);
    await waitFor('the user', () => hasUser(left.pid, user.uid) || undefined);
    for (const each of [user, ...others]) ids.release(each);
    assert.ok(!takeAll(ids, 100).includes(user.uid));
    await left.stop();
    assert.ok(takeAll(ids, ownIds - 100).includes(user.uid));
  });

  it('gives no id that a process of another program has', async function () {
    requireRoot(this);
    await using other = startChild('setpriv', [`--reuid=${first + 3}`, '--clear-groups', 'sleep', '1000']);
    await waitFor('the user', () => hasUser(other.pid, first + 3) || undefined);
    using ids = claim();
    assert.equal(new Set(takeAll(ids, 100)).has(first + 3), false);
  });

  it('closes the folder of the locks to others, and follows no links in it', () => {
    chmodSync(locks, 0o1777);
    symlinkSync(path.join(locks, 'target'), path.join(locks, `user-ids-${first}`));
    using ids = claim();
    assert.equal(statSync(locks).mode & 0o7777, 0o700);
    assert.equal(existsSync(path.join(locks, 'target')), false);
    assert.match(ids.shortage ?? '', /^user ids cannot be claimed: ELOOP/);
  });

  it('does not trust a folder of locks of another user', function () {
    requireRoot(this);
    chownSync(locks, 60_700, 60_700);
    using ids = claim();
    assert.match(ids.shortage ?? '', /^user ids cannot be claimed: .* belongs to user 60700, expected user 0/);
  });

  it('states why ids cannot be claimed', () => {
    const file = path.join(locks, 'file');
    writeFileSync(file, '');
    using ids = claimUserIds({ first, locks: file, tryFrom: 0, onShared: () => undefined });
    assert.match(ids.shortage ?? '', /^user ids cannot be claimed: EEXIST/);
  });
});

/** Skips a test that starts processes as other users. */
function requireRoot(test: Mocha.Context): void {
  if (process.getuid?.() === 0) return;
  Object.assign(test.test ?? {}, { skipReason: 'only root can start processes as other users' });
  test.skip();
}

/** Returns whether a process has the given real user. */
const hasUser = (pid: number, uid: number): boolean =>
  new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(readFileSync(`/proc/${pid}/status`, 'latin1'));
