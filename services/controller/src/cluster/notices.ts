// What an operator should know now, each matter once.

export interface Notices {
  /** Takes the place of what was said of the same matter; undefined: it is over. */
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
