import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSigner, type Signer } from '../../src/doors/ssh-signature.ts';

/** A new ed25519 key as a file, and what it signs. */
export function aKey(folder: string, name: string): { readonly path: string; readonly signer: Signer } {
  const path = join(folder, name);
  writeFileSync(path, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  return { path, signer: readSigner(path) };
}

/** The raw commit with a signature over it, as `git hash-object -t commit` takes it. */
export function signedCommit(raw: string, signer: Signer): string {
  const [headers = '', ...rest] = raw.split('\n\n');
  const armoured = signer.sign(Buffer.from(raw)).replaceAll('\n', '\n ');
  return `${headers}\ngpgsig ${armoured}\n\n${rest.join('\n\n')}`;
}
