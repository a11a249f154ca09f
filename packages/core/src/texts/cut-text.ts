// Bounds texts of clients before they are logged, traced or stored.

/** Returns the text, or its first characters and `…` if it is longer than the limit. */
export const cutText = (text: string, maxLength = 200): string =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
