import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../user-error.ts';

/** The files of a TLS certificate, in PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A TLS certificate with its private key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What public authorities allow, and some clients check. */
const validDays = 398;

const msPerDay = 86_400_000;

/**
 * Reads the certificate, which may be the user's own. Makes one for localhost if there is none. Throws a {@link UserError} if it
 * cannot be used.
 */
export async function openCertificate(files: CertificateFiles): Promise<Certificate> {
  if (!existsSync(files.certificate) && !existsSync(files.key)) await makeCertificate(files);
  try {
    const cert = readFileSync(files.certificate, 'utf8');
    const { validTo } = new X509Certificate(cert);
    if (Date.parse(validTo) > Date.now()) return { cert, key: readFileSync(files.key, 'utf8') };
    throw new Error(`it expired on ${validTo}`);
  } catch (error) {
    throw new UserError(
      `The certificate ${files.certificate} with the key ${files.key} cannot be used: ${(error as Error).message}. ` +
        'Delete both files, and the next start makes new ones.',
    );
  }
}

async function makeCertificate(files: CertificateFiles): Promise<void> {
  const { generate } = await import('selfsigned'); // needed by the first start only
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + validDays * msPerDay),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true }, // who trusts it trusts no other certificate by it
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  writeFileSync(files.key, key, { mode: 0o600 });
  writeFileSync(files.certificate, cert);
}
