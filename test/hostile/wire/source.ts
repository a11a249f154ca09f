// The host that this process connects from.

const variable = 'PARETO_TEST_SOURCE_HOST';

/** Environment of the process of the attackers. On Linux, they connect from another host than the bystanders. */
export const attackerEnvironment: Readonly<Record<string, string>> =
  process.platform === 'linux' ? { [variable]: '127.0.0.2' } : {};

const localAddress = process.env[variable];

/** Options of `connect`. */
export const source: { readonly localAddress?: string } = localAddress === undefined ? {} : { localAddress };
