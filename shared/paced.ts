/**
 * Shares one run of `run` among everybody who asks while it is under way and for `everyMs` after it began, whether it
 * succeeded or failed: however many ask, it runs at most once in `everyMs`.
 */
export function paced<T>(run: () => Promise<T>, everyMs: number, now: () => number = Date.now): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let beganAt = 0;
  let underWay = false;
  return () => {
    if (latest && (underWay || now() - beganAt < everyMs)) return latest;
    beganAt = now();
    underWay = true;
    latest = run().finally(() => {
      underWay = false;
    });
    latest.catch(() => {}); // whoever awaits it sees the failure; nobody awaiting it must not crash the process
    return latest;
  };
}
