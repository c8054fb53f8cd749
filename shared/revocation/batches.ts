/** How many calls run in parallel: Scalekit limits the rate per environment. */
const concurrency = 8;

/** Splits items into batches. The items of a batch are processed in parallel. */
export function inBatches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / concurrency) }, (_, index) =>
    all.slice(index * concurrency, (index + 1) * concurrency),
  );
}
