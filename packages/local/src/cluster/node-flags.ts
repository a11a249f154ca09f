// Flags of a worker in the process of a router, where those that both have a value of begin with `worker-`.

/** Flags of a worker that its router has too. The other flags that both have apply to the whole process. */
const ofBoth: ReadonlySet<string> = new Set([
  ...['id', 'advertise', 'port', 'metrics-port'],
  ...['max-buffered-bytes', 'max-connections', 'max-streams'],
  ...['record', 'record-bytes'],
]);

const nodeFlag = (name: string): string => (ofBoth.has(name) ? `worker-${name}` : name);

/** Returns the arguments of a worker as those of a node. */
export const nodeFlags = (args: readonly string[]): readonly string[] =>
  args.map((arg) => (arg.startsWith('--') ? `--${nodeFlag(arg.slice(2))}` : arg));

type Config = Readonly<Record<string, unknown>>;

/** Returns the flags in the files of a router and a worker as those of a node. The worker's take precedence. */
export const nodeConfig = (router: Config, worker: Config): Config => ({
  ...router,
  ...Object.fromEntries(Object.entries(worker).map(([name, value]) => [nodeFlag(name), value])),
});
