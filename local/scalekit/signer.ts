import { randomInt } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';

interface KeyPair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** The signing keys of the embedded Scalekit. They live as long as the process. */
export interface Signer {
  /** Signs a token that expires after `seconds`. A claim of `undefined` is left out. */
  sign(claims: JWTPayload, seconds: number): Promise<string>;
  /** The claims of a token that it signed, unless that has expired. */
  verify(token: string): Promise<JWTPayload | undefined>;
  /** The public keys, as `GET /keys` answers. */
  jwks(): { readonly keys: readonly JWK[] };
  /** Signs with a new key from now on. The previous key stays published, because its tokens have not expired. */
  rotate(): Promise<void>;
}

/** Makes a signer. `issuer` is read with each token, because the server learns its port late. */
export async function createSigner(issuer: () => string): Promise<Signer> {
  let current = await newKeyPair();
  let previous: KeyPair | undefined;
  return {
    sign(claims, seconds) {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuer(), iat: now, nbf: now, exp: now + seconds, jti: `tkn_${randomInt(2 ** 47)}` };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: current.kid, typ: 'JWT' })
        .sign(current.privateKey);
    },
    async verify(token) {
      for (const { publicKey } of previous ? [current, previous] : [current]) {
        const verified = await jwtVerify(token, publicKey).catch(() => undefined);
        if (verified) return verified.payload;
      }
      return undefined;
    },
    jwks: () => ({ keys: [current.jwk, ...(previous ? [previous.jwk] : [])] }),
    async rotate() {
      previous = current;
      current = await newKeyPair();
    },
  };
}

async function newKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = `snk_${randomInt(2 ** 47)}`;
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}
