import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Scalekit, SSM and DynamoDB in their own process, so that they do not share the event loop of the measured code. */
export interface Upstream {
  /** The environment variables of a function that uses them. */
  readonly environment: Record<string, string>;
  readonly scalekit: { readonly environmentUrl: string; readonly clientId: string; readonly clientSecret: string };
  /** A valid key of a new organization. */
  readonly key: string;
  /** The calls since the previous call of this method. */
  calls(): Promise<Record<string, number>>;
}

/** The child's message after its start. */
export type UpstreamStarted = Pick<Upstream, 'environment' | 'scalekit' | 'key'>;

/** Starts the upstream, uses it, and stops it, also if `use` fails. It always ends with this process. */
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
