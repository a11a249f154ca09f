// Notices for the operator, one per key.

export interface Notices {
  /** Sets the notice with the key `matter`, replacing an earlier one. An undefined text removes it. */
  set(matter: string, text: string | undefined): void;
  list(): readonly string[];
}

export function createNotices(): Notices {
  const notices = new Map<string, string>();
  return {
    set(matter, text) {
      if (text === undefined) notices.delete(matter);
      else notices.set(matter, text);
    },
    list: () => [...notices.values()],
  };
}
