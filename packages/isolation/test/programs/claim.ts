// A service that takes user ids, for the tests: prints them, and keeps them until it is killed. Its arguments are the folder
// of the locks, the first id, and the number of ids to take.

import { claimUserIds } from '../../src/start/user-ids.js';

const [locks = '', first = '', count = ''] = process.argv.slice(2);
const ids = claimUserIds({ first: Number(first), locks, tryFrom: 0, onShared: () => undefined });
const taken = Array.from({ length: Number(count) }, () => ids.take().uid);
process.stdout.write(`${JSON.stringify({ taken, shortage: ids.shortage })}\n`);
setInterval(() => undefined, 60_000);
