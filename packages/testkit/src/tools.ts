// Programs and data for tests that are not on npm. Each is fetched once, as a file or a folder, into .cache/tools.

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ToolName =
  | 'etcd-3.4'
  | 'etcd-3.6'
  | 'etcdctl-3.4'
  | 'etcdutl-3.6'
  | 'h2spec'
  | 'onnx-testdata'
  | 'prometheus'
  | 's3-server'
  | 'swiftshader';
export type Tool =
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string };

type Source =
  | { readonly kind: 'debian'; readonly package: string; readonly file: string }
  | {
      readonly kind: 'go';
      readonly module: string;
      readonly version: string;
      /** Package of the program, in the module. Empty means its root. */
      readonly folder: string;
      readonly flags: readonly string[];
      /** Program in place of one of the module. */
      readonly own?: OwnProgram;
    };

interface OwnProgram {
  /** File of the program. */
  readonly main: string;
  /** Go code by the path of the file in the module that it replaces. */
  readonly replaced: Readonly<Record<string, string>>;
}

/** Flag of the compiler that leaves out debug information, which takes a fifth of the CPU of a build. */
const noDebug = '-dwarf=false';
/** Flags of `go build` for programs whose speed matters: without debug information and C. */
const fastProgram: readonly string[] = ['-ldflags=-s -w', '-tags=netgo,osusergo', `-gcflags=all=${noDebug}`];
/**
 * Flags of `go build` that halve the CPU of a build. Only Go's own library is optimised, since all builds
 * share it.
 */
export const goFlags: readonly string[] = [
  ...fastProgram,
  ...['github.com', 'golang.org', 'google.golang.org'].map((host) => `-gcflags=${host}/...=-N -l ${noDebug}`),
];

/**
 * Environment variables of `go build`. Most of the compiler's processes end before they have used 1 GiB, so they collect
 * no garbage, which takes a sixth of the CPU of a build.
 */
export const goVariables: Readonly<Record<string, string>> = { GOGC: 'off', GOMEMLIMIT: '1GiB' };

const sources: Readonly<Record<ToolName, Source>> = {
  'etcd-3.4': { kind: 'debian', package: 'etcd-server', file: 'usr/bin/etcd' },
  'etcdctl-3.4': { kind: 'debian', package: 'etcd-client', file: 'usr/bin/etcdctl' },
  // A benchmark runs it, too.
  'etcd-3.6': { ...go('go.etcd.io/etcd/server/v3', 'v3.6.5'), flags: fastProgram },
  // With the flags of the server, whose compiled packages it shares.
  'etcdutl-3.6': { ...go('go.etcd.io/etcd/etcdutl/v3', 'v3.6.5'), flags: fastProgram },
  /** Checks an HTTP/2 server against the RFCs. */
  h2spec: go('github.com/summerwind/h2spec', 'v2.2.1+incompatible', '/cmd/h2spec'),
  /** Models of ONNX's backend tests, in folders by suite and test, with inputs and expected outputs. */
  'onnx-testdata': { kind: 'debian', package: 'libonnx-testdata', file: 'usr/share/libonnx-testdata/data' },
  prometheus: { kind: 'debian', package: 'prometheus', file: 'usr/bin/prometheus' },
  swiftshader: { kind: 'debian', package: 'chromium-common', file: 'usr/lib/chromium' },
  's3-server': {
    ...go('github.com/versity/versitygw', 'v1.8.0'),
    own: { main: fileURLToPath(new URL('../s3-server/main.go', import.meta.url)), replaced: withoutClients() },
  },
};

/**
 * Returns the code of the S3 server that replaces its clients of directories of users, of message queues and of metrics, which
 * its own program does not use. They and their dependencies take a quarter of the CPU of its build.
 */
function withoutClients(): Readonly<Record<string, string>> {
  const body = '{ panic("not in this build") }';
  const stub = (name: string, result: string): string => `func ${name}(...any) (${result}, error) ${body}`;
  const standaloneConfig = `type IAMServiceStandaloneConfig struct {
	Endpoint, Access, Secret, ClientCert, ClientCertKey, ServerCA, Region string
	DefaultUserID, DefaultGroupID, DefaultProjectID int
}`;
  const code: Readonly<Record<string, readonly string[]>> = {
    'auth/iam_ldap': [stub('NewLDAPService', 'IAMService')],
    'auth/iam_s3_object': [stub('NewS3', 'IAMService')],
    'auth/iam_standalone': [standaloneConfig, stub('NewIAMServiceStandalone', 'IAMService')],
    'auth/iam_vault': [stub('NewVaultIAMService', 'IAMService')],
    'metrics/dogstats': [stub('newDogStatsd', 'publisher')],
    'metrics/statsd': [stub('newStatsd', 'publisher')],
    's3event/kafka': [stub('InitKafkaEventService', 'S3EventSender'), `func genSequencer() string ${body}`],
    's3event/nats': [stub('InitNatsEventService', 'S3EventSender')],
    's3event/rabbitmq': [stub('InitRabbitmqEventService', 'S3EventSender')],
  };
  return Object.fromEntries(
    Object.entries(code).map(([path, lines]) => [`${path}.go`, [`package ${dirname(path)}`, ...lines, ''].join('\n')]),
  );
}

const cache = fileURLToPath(new URL('../../../.cache/tools', import.meta.url));

/** Returns the path of a tool. The first call on a machine may take minutes; other processes wait for it. */
export async function fetchTool(name: ToolName): Promise<Tool> {
  const path = join(cache, name);
  if (isReady(path)) return { kind: 'ready', path };
  await mkdir(cache, { recursive: true });
  const lock = `${path}.lock`;
  await takeLock(lock);
  try {
    if (!isReady(path)) await make(sources[name], path);
    return { kind: 'ready', path };
  } catch (error) {
    return {
      kind: 'missing',
      reason: `${name} is unavailable: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    await rm(lock, { force: true });
  }
}

function isReady(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Takes a lock: a file with the id of its process. The lock of a dead process is taken over. */
async function takeLock(lock: string): Promise<void> {
  for (;;) {
    try {
      return await writeFile(lock, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(lock)) await rm(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(lock, 'utf8'));
    if (pid === 0) return Date.now() - (await stat(lock)).mtimeMs > 5_000; // not written yet, or its process died before
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Creates a tool in a folder next to its path and renames it, so that it never appears incomplete. */
async function make(source: Source, path: string): Promise<void> {
  const folder = await mkdtemp(`${path}-`);
  await chmod(folder, 0o755); // apt downloads as another user
  try {
    const made = source.kind === 'debian' ? await unpack(source, folder) : await build(source, folder);
    await chmod(made, 0o755);
    await rename(made, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(source: Extract<Source, { kind: 'debian' }>, folder: string): Promise<string> {
  const download = (): Promise<string> => execute('sh', ['-c', `apt-get download -q ${source.package}`], folder);
  await download().catch(async () => {
    await execute('apt-get', ['update', '-q']);
    await download();
  });
  await execute('sh', ['-c', 'dpkg -x *.deb .'], folder);
  return join(folder, source.file);
}

async function build(source: Extract<Source, { kind: 'go' }>, folder: string): Promise<string> {
  const { module, version, own } = source;
  const program = own === undefined ? `${module}${source.folder}` : 'main.go';
  await execute('go', ['mod', 'init', 'tool'], folder);
  if (own === undefined) await execute('go', ['get', `${program}@${version}`], folder);
  else await addOwnProgram(own, { module, version, folder });
  await execute('go', ['build', '-mod=mod', ...source.flags, '-o', 'program', program], folder, goVariables);
  return join(folder, 'program');
}

/** Adds a program to the folder, and a copy of the module that it uses, with the replaced files. */
async function addOwnProgram(
  { main, replaced }: OwnProgram,
  { module, version, folder }: { readonly module: string; readonly version: string; readonly folder: string },
): Promise<void> {
  const downloaded = await execute('go', ['mod', 'download', '-json', `${module}@${version}`], folder);
  const { Dir: original } = JSON.parse(downloaded) as { readonly Dir: string };
  await execute('cp', ['-r', '--no-preserve=mode', original, 'module'], folder);
  for (const [path, code] of Object.entries(replaced)) await writeFile(join(folder, 'module', path), code);
  await execute('go', ['mod', 'edit', `-require=${module}@${version}`, `-replace=${module}=./module`], folder);
  await copyFile(main, join(folder, 'main.go'));
}

function go(module: string, version: string, folder = ''): Extract<Source, { kind: 'go' }> {
  return { kind: 'go', module, version, folder, flags: goFlags };
}

function execute(
  command: string,
  args: readonly string[],
  cwd?: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd, env: { ...process.env, ...variables }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const why =
          error.code === 'ENOENT' ? `${command} is not installed` : stderr.trim().split('\n').slice(-3).join(' ');
        reject(new Error(`"${[command, ...args].join(' ')}" failed: ${why}`));
      },
    );
  });
}
