import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { serviceNodeFlags } from '../src/index.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('the flags of Node for services', () => {
  it('are those of the containers and of the instructions', () => {
    const flags = serviceNodeFlags.join(' ');
    const folder = 'deploy/containers/';
    for (const name of readdirSync(new URL(folder, root))) {
      const [, command = '[]'] = /^ENTRYPOINT (.*)$/m.exec(read(`${folder}${name}`)) ?? [];
      const [, ...args] = JSON.parse(command) as readonly string[];
      assert.deepEqual(args.slice(0, serviceNodeFlags.length), serviceNodeFlags, name);
    }
    assert.ok(read('deploy/README.md').includes(`node ${flags}`));
  });
});
