import { arch, cpus, release } from 'node:os';

/** The median of an odd number of figures. */
export const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;

/** The quantile of the figures for a share from 0 to 1. */
export const percentile = (figures: readonly number[], share: number): number =>
  [...figures].sort((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * share))] ?? NaN;

/** Prints what was measured, on which machine, and how. */
export function heading(name: string, how: string): void {
  console.log(
    `# ${name}\n${how}\nNode ${process.version}, ${cpus().length} processors (${arch()}), kernel ${release()}\n`,
  );
}

/** Prints a verdict; a missed budget sets exit code 1, after all figures were printed. */
export function verdict(
  what: string,
  figure: number,
  budget: { atLeast: number } | { atMost: number },
  digits = 2,
): void {
  const isMet = 'atLeast' in budget ? figure >= budget.atLeast : figure <= budget.atMost;
  const wish = 'atLeast' in budget ? `>= ${budget.atLeast}` : `<= ${budget.atMost}`;
  console.log(`${isMet ? 'ok  ' : 'MISS'} ${what}: ${figure.toFixed(digits)} (budget ${wish})`);
  if (!isMet) process.exitCode = 1;
}
