import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readSecureStrings } from '../aws/secure-strings.ts';
import { bodyText, headersOf } from '../endpoint/input.ts';
import { type Failure, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { paced } from '../scalekit/paced.ts';
import { isSignedByScalekit } from '../scalekit/webhook-signature.ts';
import { ScalekitEvent } from './event.ts';

/** Reads a webhook's event, which Scalekit must have signed recently with our secret. */
export type ReadWebhook = (event: APIGatewayProxyEvent) => Promise<Result<ScalekitEvent, Failure>>;

/** The command that stores the secret, for our log. */
const storedBy = 'SCALEKIT_WEBHOOK_SECRET=whsec_… npm run secrets';

/**
 * The reader that trusts the secret in an SSM parameter. If the secret does not fit, it is read again, at most once per second.
 */
export function webhookReader(parameterName: string, timeoutMs: number): ReadWebhook {
  let known: string | undefined;
  const read = paced(
    async () => {
      known = (await readSecureStrings([parameterName], storedBy, timeoutMs))[parameterName] ?? '';
      return known;
    },
    1000,
    () => false,
  );
  return async (event) => {
    const payload = bodyText(event);
    const headers = headersOf(event);
    try {
      const isSigned =
        isSignedByScalekit(known ?? (await read()), headers, payload) ||
        isSignedByScalekit(await read(), headers, payload);
      if (!isSigned) return fail({ kind: 'invalid_webhook_signature' });
    } catch (cause) {
      return fail({ kind: 'upstream_unavailable', reason: 'secrets', cause });
    }
    return parse(payload);
  };
}

function parse(payload: string): Result<ScalekitEvent, Failure> {
  try {
    const parsed = ScalekitEvent.safeParse(JSON.parse(payload));
    if (parsed.success) return ok(parsed.data);
    const [issue] = parsed.error.issues;
    return fail(invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is not an event of Scalekit'));
  } catch {
    return fail(invalid('', 'The body is not a JSON object.'));
  }
}
