// The places of the charts on a page.

export interface Place {
  readonly plot: HTMLElement;
  readonly controls: HTMLElement;
}

/** Returns undefined if the page does not have the chart. */
export function findPlace(name: string): Place | undefined {
  const find = (part: string): HTMLElement | null => document.querySelector(`[data-chart="${name}"] .${part}`);
  const [plot, controls] = [find('plot'), find('controls')];
  return plot === null || controls === null ? undefined : { plot, controls };
}
