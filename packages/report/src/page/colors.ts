// The colours of the charts, which the style sheet defines for light, dark and paper.

/** Returns a function that reads a variable of the style sheet. Charts call it at each drawing. */
export const color = (variable: string) => (): string =>
  getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

/** Returns the same for a transparent area. The variable must have six hexadecimal digits. */
export const paleColor = (variable: string) => (): string => `${color(variable)()}28`;
