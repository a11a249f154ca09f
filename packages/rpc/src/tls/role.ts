// What a certificate says its holder is: the SPIFFE id among its alternative names.

const serviceRoles = ['controller', 'router', 'worker'] as const;
/** A service of the cluster. */
export type ServiceRole = (typeof serviceRoles)[number];
/** An operator is a person, or what works for one: the CLI. */
export type Role = ServiceRole | 'operator';

const roles: readonly Role[] = [...serviceRoles, 'operator'];

export const roleUri = (role: Role): string => `spiffe://pareto/${role}`;

/** Node lists names as `TYPE:value, TYPE:value`; a value with a comma or a quote in it stands in quotes. */
const namePattern = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;

/** By the text of the alternative names; undefined when they name no role, or more than one. */
export function roleOf(subjectAltName: string | undefined): Role | undefined {
  const names = new Set((subjectAltName?.match(namePattern) ?? []).map((name) => name.trim()));
  const named = roles.filter((role) => names.has(`URI:${roleUri(role)}`));
  return named.length === 1 ? named[0] : undefined;
}

/** E.g. "a router's certificate". */
export const describeRole = (role: Role | undefined): string =>
  role === undefined
    ? 'a certificate that names no role of Pareto'
    : `${role === 'operator' ? 'an' : 'a'} ${role}'s certificate`;
