import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Scalekit and SSM in a process of their own, so that what is measured does not share its event loop with them. */
export interface Upstream {
  /** The environment of a function that uses them. */
  readonly environment: Record<string, string>;
  readonly scalekit: { readonly environmentUrl: string; readonly clientId: string; readonly clientSecret: string };
  /** A valid key of a new organization. */
  readonly key: string;
  /** The calls since the last time that this was asked. */
  calls(): Promise<Record<string, number>>;
}

/** What the child answers to its start. */
export type UpstreamStarted = Pick<Upstream, 'environment' | 'scalekit' | 'key'>;

/** Starts them, uses them, and stops them, also when `use` fails; they end with this process in any case. */
export async function withUpstream<T>(use: (upstream: Upstream) => Promise<T>): Promise<T> {
  const upstream = await startUpstream();
  try {
    return await use(upstream);
  } finally {
    upstream.stop();
  }
}

async function startUpstream(): Promise<Upstream & { stop(): void }> {
  const child = fork(new URL('./upstream-child.ts', import.meta.url));
  const [started] = (await once(child, 'message')) as [UpstreamStarted];
  return {
    ...started,
    async calls() {
      child.send('calls');
      const [calls] = (await once(child, 'message')) as [Record<string, number>];
      return calls;
    },
    stop: () => void child.kill(),
  };
}
