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
    print(`${revision} ${key}\n`);
  }
}

/** Writes a line synchronously, so that it is not lost if the process is killed. A pipe that is full takes it later, as a whole. */
function print(line: string): void {
  for (;;) {
    try {
      writeSync(1, line);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => writeForever(writer)));
