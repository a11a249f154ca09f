// Notices for the operator, one per matter.

export interface Notices {
  /** Sets the notice of a matter, in place of an earlier one. Undefined removes it. */
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
