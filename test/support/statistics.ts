/** The value below which `share` of the samples lies; `share` is from 0 to 1. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Rounds to two decimals, for figures that people read. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The median of each figure over the runs of a measurement, rounded. */
export function medians<Name extends string>(runs: readonly Record<Name, number>[]): Record<Name, number> {
  const names = Object.keys(runs[0] ?? {}) as Name[];
  const median = (name: Name) =>
    quantile(
      runs.map((run) => run[name]),
      0.5,
    );
  return Object.fromEntries(names.map((name) => [name, rounded(median(name))])) as Record<Name, number>;
}
