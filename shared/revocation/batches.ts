/** How many calls go together: Scalekit limits the rate of an environment. */
const concurrency = 8;

/** Cuts what is done one by one into batches that are done together. */
export function inBatches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / concurrency) }, (_, index) =>
    all.slice(index * concurrency, (index + 1) * concurrency),
  );
}
