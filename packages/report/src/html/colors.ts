// The colours of what tables and charts show, as names of the variables in main.css. They differ for colour-blind readers
// too: classes have those of Okabe and Ito, variants those of Tol ("muted").

const [classColors, variantColors] = [7, 9];

export const classColor = (index: number): string => `--class-${index % classColors}`;

export const variantColor = (index: number): string => `--variant-${index % variantColors}`;

export const otherColor = '--other';

export const outcomeColors = {
  onTime: '--on-time',
  late: '--late',
  rejected: '--rejected',
  failed: '--failed',
} as const;
