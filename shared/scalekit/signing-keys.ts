import { sendHttp, UnexpectedStatus } from '../aws/http-request.ts';
import { isThrottledRead } from '../aws/secure-strings.ts';
import { type Outage, outage } from '../failure.ts';
import { parseJson } from '../parse-json.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Secrets } from './credentials.ts';

/** A public key of Scalekit, as a JWKS has it (RFC 7517). */
export type SigningKey = Readonly<Record<string, unknown>> & { readonly kid: string };

/** A key of an environment. The environment is the issuer of the tokens that it signs. */
export interface IssuersKey {
  readonly environmentUrl: string;
  readonly key: SigningKey;
}

/** The keys with which Scalekit signs session and client tokens. */
export interface SigningKeys {
  /** Finds a key of our environment by its id; `undefined` if there is none. An outage if nobody can tell. */
  find(kid: string): Promise<Result<IssuersKey | undefined, Outage>>;
}

/** After this time the keys are read again, so that a key that Scalekit no longer publishes is refused. */
const maxAgeMs = 600_000;

/** Keys that were read are read again at most once in this time. Anybody can send an unknown key id. */
const rereadPaceMs = 30_000;

/** While no keys could be read, they are tried again at most once in this time. */
const failedPaceMs = 1_000;

interface Held {
  readonly environmentUrl: string;
  readonly keys: ReadonlyMap<string, SigningKey>;
  readonly readAt: number;
}

/**
 * The keys of the environment in the secrets. Reads `ENVIRONMENT_URL/keys`, in one call at a time of at most `timeoutMs`. If
 * that fails, the keys that were read before stay in use.
 */
export function signingKeys(secrets: Secrets, timeoutMs: number, now: () => number = Date.now): SigningKeys {
  let held: Held | undefined;
  let reading: { readonly environmentUrl: string; readonly done: Promise<Result<Held, Outage>> } | undefined;
  let failed: { readonly at: number; readonly failure: Outage } | undefined;
  let rereadAt = Number.NEGATIVE_INFINITY;

  function read(environmentUrl: string): Promise<Result<Held, Outage>> {
    if (reading?.environmentUrl === environmentUrl) return reading.done;
    const done = fetchKeys(environmentUrl, timeoutMs)
      .then(
        (keys) => {
          held = { environmentUrl, keys, readAt: now() };
          failed = undefined;
          return ok(held);
        },
        (cause: unknown) => {
          failed = { at: now(), failure: outage({ kind: 'unreachable', cause }) };
          return fail(failed.failure);
        },
      )
      .finally(() => {
        if (reading?.done === done) reading = undefined;
      });
    reading = { environmentUrl, done };
    return done;
  }

  async function keyOf(environmentUrl: string, kid: string): Promise<Result<SigningKey | undefined, Outage>> {
    if (held?.environmentUrl !== environmentUrl) {
      if (failed && now() - failed.at < failedPaceMs) return fail(failed.failure);
      const first = await read(environmentUrl);
      return first.ok ? ok(first.value.keys.get(kid)) : first;
    }
    const known = held.keys.get(kid);
    if (known && now() - held.readAt < maxAgeMs) return ok(known);
    if (!reading) {
      if (now() - rereadAt < rereadPaceMs) return known || !failed ? ok(known) : fail(failed.failure);
      rereadAt = now();
    }
    const again = await read(environmentUrl);
    if (again.ok) return ok(again.value.keys.get(kid));
    return known ? ok(known) : again;
  }

  return {
    async find(kid) {
      const ours = await environmentOf(secrets);
      if (!ours.ok) return ours;
      const key = await keyOf(ours.value, kid);
      return key.ok ? ok(key.value && { environmentUrl: ours.value, key: key.value }) : key;
    },
  };
}

async function environmentOf(secrets: Secrets): Promise<Result<string, Outage>> {
  try {
    return ok((await secrets.current()).environmentUrl);
  } catch (cause) {
    return fail(outage({ kind: isThrottledRead(cause) ? 'ssm_throttled' : 'unreachable', cause }));
  }
}

async function fetchKeys(environmentUrl: string, timeoutMs: number): Promise<ReadonlyMap<string, SigningKey>> {
  const answer = await sendHttp(new URL(`${environmentUrl}/keys`), { method: 'GET', headers: {}, body: '', timeoutMs });
  if (answer.status !== 200) throw new UnexpectedStatus("Scalekit's signing keys", answer);
  const { keys } = (parseJson(answer.body) ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("Scalekit's signing keys are not a JWKS");
  return new Map(keys.filter(isSigningKey).map((key) => [key.kid, key]));
}

function isSigningKey(key: unknown): key is SigningKey {
  return typeof key === 'object' && key !== null && 'kid' in key && typeof key.kid === 'string';
}
