import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  const claim = (from = first): UserIds =>
    claimUserIds({ first: from, locks, onShared: (reason) => void shared.push(reason) });
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

  it('reuses the id of an ended process after all others', () => {
    using ids = claim();
    const [ended, ...others] = takeAll(ids, 31);
    assert.ok(ended !== undefined);
    ids.release({ uid: ended, gid: first });
    const next = takeAll(ids, 2);
    assert.equal(next[0], ended);
    assert.ok(next[1] !== undefined && ![ended, ...others].includes(next[1]));
  });

  it('lets processes share the first id alone, and states why, while other services have all ids', async () => {
    const service = await startService(ownIds);
    assert.deepEqual([new Set(service.taken).size, service.shortage], [ownIds, undefined]);
    using ids = claim();
    const reason = `services of this host have claimed all user ids from ${first + 1} to ${first + ownIds}`;
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
    using ids = claimUserIds({ first, locks, onShared });
    assert.throws(() => ids.take(), /^Error: services of this host have claimed all user ids/);
    others.release({ uid: first + 1, gid: first });
    assert.throws(() => ids.take(), 'the block is still claimed');
  });

  it('states why ids cannot be claimed', () => {
    const file = path.join(locks, 'file');
    writeFileSync(file, '');
    using ids = claimUserIds({ first, locks: file, onShared: () => undefined });
    assert.match(ids.shortage ?? '', /^user ids cannot be claimed: EEXIST/);
  });
});
