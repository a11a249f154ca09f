// What isolation protects, what follows if it is missing, and how to get it.

/** `user` keeps the files and memory of the service from processes, `user-ids` those of each process from the others. */
export type Protection = 'user' | 'user-ids' | 'privileges' | 'network';

export interface MissingProtection {
  readonly protection: Protection;
  /** Reason why this host does not offer it. */
  readonly reason: string;
  readonly consequence: string;
  readonly advice: string;
}

/** Folder with the locks of the user ids. */
export const locksFolder = '/run/pareto';

const namespaces = 'run the service as root with all capabilities, or allow unprivileged user namespaces';

const protections: Readonly<Record<Protection, Pick<MissingProtection, 'consequence' | 'advice'>>> = {
  user: {
    consequence: "a process could read this service's files, environment and memory, and with them its credentials",
    advice: `${namespaces}, and let other users read the folders of Pareto and of its models`,
  },
  'user-ids': {
    consequence: 'processes share a user id, so that one could read the memory and files of another',
    advice: `pass an --executor-uid whose 512 ids no other service of the host uses; flock of util-linux claims them in ${locksFolder}, which the service must be able to write`,
  },
  privileges: {
    consequence: 'a process could gain privileges from programs with the set-user-ID bit',
    advice: 'install setpriv of util-linux',
  },
  network: { consequence: 'a process could open network connections', advice: namespaces },
};

/** Returns the protections for which there is a reason why this host does not offer them. */
export const findMissing = (
  reasons: Readonly<Partial<Record<Protection, string | undefined>>>,
): readonly MissingProtection[] =>
  (Object.keys(protections) as Protection[]).flatMap((protection) => {
    const reason = reasons[protection];
    return reason === undefined ? [] : [{ protection, reason, ...protections[protection] }];
  });
