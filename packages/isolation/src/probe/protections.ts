// What isolation protects, what follows if it is missing, and how to get it.

/** `user` keeps the files and memory of the service from processes. */
export type Protection = 'user' | 'privileges' | 'network';

export interface MissingProtection {
  readonly protection: Protection;
  /** Reason why this host does not offer it. */
  readonly reason: string;
  readonly consequence: string;
  readonly advice: string;
}

const namespaces = 'run the service as root with all capabilities, or allow unprivileged user namespaces';

const protections: Readonly<Record<Protection, Pick<MissingProtection, 'consequence' | 'advice'>>> = {
  user: {
    consequence: "a process could read this service's files, environment and memory, and with them its credentials",
    advice: `${namespaces}, and let other users read the folders of Pareto and of its models`,
  },
  privileges: {
    consequence: 'a process could gain privileges from programs with the set-user-ID bit',
    advice: 'install setpriv of util-linux',
  },
  network: { consequence: 'a process could open network connections', advice: namespaces },
};

/** Returns the protections for which there is a reason why this host does not offer them. */
export const findMissing = (reasons: Readonly<Record<Protection, string | undefined>>): readonly MissingProtection[] =>
  (Object.keys(protections) as Protection[]).flatMap((protection) => {
    const reason = reasons[protection];
    return reason === undefined ? [] : [{ protection, reason, ...protections[protection] }];
  });
