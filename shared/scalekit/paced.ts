/**
 * Shares one run of `run` among all calls until it ends, and for `everyMs` after it began: it runs at most once per `everyMs`. A
 * failure is shared as long as a value if it `isLasting`. Any other failure may be temporary, so the next call runs again.
 */
export function paced<T>(
  run: () => Promise<T>,
  everyMs: number,
  isLasting: (error: unknown) => boolean,
  now: () => number = Date.now,
): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let beganAt = 0;
  let underWay = false;
  return () => {
    if (latest && (underWay || now() - beganAt < everyMs)) return latest;
    beganAt = now();
    underWay = true;
    const begun = run().finally(() => {
      underWay = false;
    });
    latest = begun;
    // Callers that await it see the failure. If none does, the failure must not end the process.
    begun.catch((error: unknown) => {
      if (!isLasting(error) && latest === begun) latest = undefined;
    });
    return begun;
  };
}
