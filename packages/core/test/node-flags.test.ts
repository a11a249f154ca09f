import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { v8FlagsOf } from '../src/index.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('the flags of Node for services', () => {
  it('are those of the containers and of the instructions', () => {
    const folder = 'deploy/containers/';
    for (const name of readdirSync(new URL(folder, root))) {
      const [, command] = /^ENTRYPOINT (.*)$/m.exec(read(`${folder}${name}`)) ?? [];
      if (command === undefined) continue;
      const [, ...args] = JSON.parse(command) as readonly string[];
      const [service = ''] = name.split('.');
      const script = args.indexOf(`services/${service}/dist/main.js`);
      assert.deepEqual(args.slice(0, script), v8FlagsOf(service), name);
    }
    const instructions = read('deploy/README.md');
    assert.ok(instructions.includes(`node ${v8FlagsOf('controller').join(' ')}`));
    for (const service of ['router', 'worker']) {
      const own = v8FlagsOf(service).filter((flag) => !v8FlagsOf('controller').includes(flag));
      assert.ok(instructions.includes(`$node ${own.join(' ')} services/${service}/`), service);
    }
  });
});
