import type { PolicyDocument } from '../template/model.ts';

/** An authorizer's decision: its policy, which is evaluated again for each request, and its context. */
export interface Decision {
  readonly policy: PolicyDocument;
  readonly context: Readonly<Record<string, string>>;
  readonly usageIdentifierKey?: string | undefined;
}

/**
 * The authorizer results of one stage. As on AWS, a decision that started before a flush may be stored after it: the caller of a
 * flush must wait for such decisions.
 */
export class AuthorizerCache {
  readonly #entries = new Map<string, { decision: Decision; expiresAt: number }>();

  get(key: string): Decision | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.expiresAt > Date.now()) return entry.decision;
    this.#entries.delete(key);
    return undefined;
  }

  /** Removes all entries, as API Gateway's FlushStageAuthorizersCache does. */
  flush(): void {
    this.#entries.clear();
  }

  set(key: string, decision: Decision, ttlSeconds: number): void {
    this.#entries.set(key, { decision, expiresAt: Date.now() + ttlSeconds * 1000 });
  }
}
