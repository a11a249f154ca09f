// Writes with eight concurrent writers until it is killed, and prints each acknowledged revision.

import { writeSync } from 'node:fs';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';

const [path = '', round = ''] = process.argv.slice(2);
const store = await openEmbeddedStore(path, { clock: systemClock });

async function writeForever(writer: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const key = `w/${round}/${writer}/${i}`;
    const { revision } = await store.transact({
      compares: [],
      operations: [{ kind: 'put', key, value: key.repeat(50) }],
    });
    writeSync(1, `${revision} ${key}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => writeForever(writer)));
