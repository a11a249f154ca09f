// Acknowledged writes survive a kill -9 of their process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { openEmbeddedStore } from '@pareto/state';
import { describe, it } from 'mocha';

const child = fileURLToPath(new URL('./writer-child.ts', import.meta.url));

/** Runs a writer until it has acknowledged some writes, kills it, and returns the acknowledged writes. */
function writeAndKill(path: string, round: number, acknowledged: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, ['--import=tsx', child, path, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    writer.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > acknowledged) writer.kill('SIGKILL');
    });
    writer.once('error', reject);
    writer.once('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the writer ended by itself: ${output}`));
      resolve(output.split('\n').slice(0, -1));
    });
  });
}

describe('embedded store, killed', () => {
  it('keeps every acknowledged write across repeated kill -9', async function () {
    this.timeout(60_000);
    const path = mkdtempSync(join(tmpdir(), 'pareto-kill-'));
    const acknowledged: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      acknowledged.push(...(await writeAndKill(path, round, 100 + 50 * round)));
      const store = await openEmbeddedStore(path, { clock: systemClock });
      const { entries, revision } = await store.range('w/');
      const stored = new Set(entries.map((entry) => `${entry.modRevision} ${entry.key}`));
      assert.deepEqual(
        acknowledged.filter((line) => !stored.has(line)),
        [],
      );
      assert.ok(entries.every((entry) => entry.value === entry.key.repeat(50) && entry.modRevision <= revision));
      await store[Symbol.asyncDispose]();
    }
    rmSync(path, { recursive: true });
  });
});
