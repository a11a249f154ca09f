// The role of a certificate's holder, from the SPIFFE id among its alternative names.

const serviceRoles = ['controller', 'router', 'worker'] as const;
/** A service of the cluster. */
export type ServiceRole = (typeof serviceRoles)[number];
/** Role of the holder of a certificate. Operators and viewers are people who use the CLI; viewers can change nothing. */
export type Role = ServiceRole | 'operator' | 'viewer';

const roles: readonly Role[] = [...serviceRoles, 'operator', 'viewer'];

export const isServiceRole = (role: string | undefined): role is ServiceRole =>
  serviceRoles.some((service) => service === role);

export const roleUri = (role: Role): string => `spiffe://pareto/${role}`;

/**
 * Matches one of the names, which Node lists as `TYPE:value, TYPE:value`. A value with a comma or a quote is quoted.
 */
const namePattern = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;

/** Reads the role from the text of the alternative names. Undefined if they name none, or more than one. */
export function roleOf(subjectAltName: string | undefined): Role | undefined {
  const names = new Set((subjectAltName?.match(namePattern) ?? []).map((name) => name.trim()));
  const named = roles.filter((role) => names.has(`URI:${roleUri(role)}`));
  return named.length === 1 ? named[0] : undefined;
}

/** Returns, for example, "a router's certificate". */
export const describeRole = (role: Role | undefined): string =>
  role === undefined
    ? 'a certificate without a Pareto role'
    : `${role === 'operator' ? 'an' : 'a'} ${role}'s certificate`;
