/**
 * Shares one run of `run` among everybody who asks while it is under way and for `everyMs` after it began: however many
 * ask, it runs at most once in `everyMs`. A failure is shared as long as a value if `isLasting` says so of it; another
 * may pass, and whoever asks after it runs again.
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
    // Whoever awaits it sees the failure; nobody awaiting it must not end the process.
    begun.catch((error: unknown) => {
      if (!isLasting(error) && latest === begun) latest = undefined;
    });
    return begun;
  };
}
