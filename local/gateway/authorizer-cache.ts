import type { PolicyDocument } from '../template/model.ts';

/** What an authorizer decided: its policy, which is evaluated anew for each request, and the context that it returned. */
export interface Decision {
  readonly policy: PolicyDocument;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * The authorizer results of one stage. As on AWS, a decision that was begun before a flush may be stored after it:
 * whoever flushes must wait for those.
 */
export class AuthorizerCache {
  readonly #entries = new Map<string, { decision: Decision; expiresAt: number }>();

  get(key: string): Decision | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.expiresAt > Date.now()) return entry.decision;
    this.#entries.delete(key);
    return undefined;
  }

  /** What API Gateway's FlushStageAuthorizersCache does. */
  flush(): void {
    this.#entries.clear();
  }

  set(key: string, decision: Decision, ttlSeconds: number): void {
    this.#entries.set(key, { decision, expiresAt: Date.now() + ttlSeconds * 1000 });
  }
}
