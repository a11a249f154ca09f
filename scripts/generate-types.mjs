// Generates the message types of `protocol` from protos/, which git ignores. The build calls it before it compiles.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { root, runTool, ScriptError } from './script.mjs';

const types = join(root, 'packages/protocol/src/gen');
const protos = join(root, 'protos');
const stamp = join(root, 'node_modules/.pareto-types');

/** Returns whether the types are complete, unchanged, and made from the current protos by the current generator. */
export const areTypesFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();

/** Returns a hash of the protos, of what generates the types (this script and the locked packages), and of the types. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const path of [import.meta.filename, join(root, 'pnpm-lock.yaml'), ...filesIn(protos), ...filesIn(types)]) {
    hash.update(`${path}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
        .sort()
    : [];

/** Generates all types. Throws a ScriptError with the generator's output if a proto is invalid. */
export async function generateTypes() {
  const files = ['inference.proto', ...readdirSync(join(protos, 'pareto/v1')).map((name) => `pareto/v1/${name}`)];
  rmSync(types, { recursive: true, force: true });
  const { code, output } = await runTool('@grpc/proto-loader/build/bin/proto-loader-gen-types.js', [
    ...files,
    // The same options as in packages/protocol/src/messages/protos.ts.
    ...['--longs=Number', '--enums=String', '--defaults', '--oneofs'],
    ...['--grpcLib=@grpc/grpc-js', '--importFileExtension=.js', `--outDir=${types}`, `--includeDirs=${protos}`],
  ]);
  if (code !== 0) throw new ScriptError(`${output.trim()}\n\nThe types could not be generated from protos/.`);
  writeMessages(files);
  writeProtos(files);
  writeFileSync(stamp, fingerprint());
}

/** Keeps only the files of messages, since the tool also writes one per proto, and removes the absolute paths of their sources. */
function writeMessages(protoFiles) {
  const unused = new Set(protoFiles.map((file) => file.split('/').at(-1).replace('.proto', '.ts')));
  const messages = [];
  for (const path of filesIn(types)) {
    const name = relative(types, path);
    if (unused.has(name)) rmSync(path);
    else {
      const text = loosenInputs(readFileSync(path, 'utf8').replaceAll(`${root}/`, ''));
      writeFileSync(path, text);
      messages.push(...messageOf(name, text));
    }
  }
  writeFileSync(
    join(types, 'messages.ts'),
    [
      '// All messages of pareto.v1 and the protocol. `X` is a received message, with every field set; `XInput` is one to send.',
      ...messages.sort(),
      '',
    ].join('\n'),
  );
}

/** Writes the content of the proto files, which no process has to parse then. Health checks are served without types. */
function writeProtos(protoFiles) {
  const protobuf = createRequire(join(types, 'protos.ts'))('protobufjs');
  const parsed = new protobuf.Root();
  parsed.resolvePath = (_, path) => join(protos, path);
  const json = JSON.stringify(parsed.loadSync(['grpc/health/v1/health.proto', ...protoFiles]), null, 1);
  writeFileSync(
    join(types, 'protos.ts'),
    [
      '// The proto files, parsed by protobufjs, as JSON: a process reads it faster than JavaScript.',
      `export const protos: object = JSON.parse(\`${json}\`) as object;`,
      '',
    ].join('\n'),
  );
}

/**
 * Lets the fields of messages to send be undefined, which leaves them unset, and be read-only arrays and maps, so that
 * domain values can be sent without copying them.
 */
function loosenInputs(text) {
  return text.replace(/^export interface (\w+) \{\n([^}]|\}\))*?^\}/gm, (declaration, name) =>
    name.endsWith('__Output')
      ? declaration
      : declaration.replace(/^( {2}'\w+'\?: )(.*);$/gm, (_, start, type) => {
          const isArray = type.endsWith('[]');
          return `${start}${isArray ? 'readonly ' : ''}${type.replace('({[key', '({readonly [key')} | undefined;`;
        }),
  );
}

/**
 * Returns the two types of a message or an enum as one line. Empty for a service, or for a message of another package.
 */
function messageOf(path, text) {
  const name = path.split('/').at(-1).replace('.ts', '');
  if (!/^(inference|pareto)\//.test(path) || !text.includes(`${name}__Output`)) return [];
  return [
    `export type { ${name}__Output as ${name}, ${name} as ${name}Input } from './${path.replace('.ts', '.js')}';`,
  ];
}
