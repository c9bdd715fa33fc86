import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Refusal } from './errors.ts';

/** What a signature is for: one of a commit is none of a command. */
export type Namespace = 'git' | 'sluice-command';

/** An SSH signer and the public key line that verifies it (`ssh-ed25519 AAAA…`). */
export interface Signer {
  readonly publicKey: string;
  /** The armoured signature (OpenSSH PROTOCOL.sshsig), as `ssh-keygen -Y sign -n NAMESPACE` makes it; default: of a commit. */
  readonly sign: (payload: Buffer, namespace?: Namespace) => string;
}

const keyType = 'ssh-ed25519';
/** DER of a PKCS8 ed25519 key up to its 32 bytes of seed, and of a SubjectPublicKeyInfo up to its 32 bytes (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function readStrings(bytes: Buffer, start: number, count: number): { readonly values: Buffer[]; readonly end: number } {
  const values: Buffer[] = [];
  let offset = start;
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readUInt32BE(offset);
    values.push(bytes.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return { values, end: offset };
}

/** Reads an unencrypted ed25519 private key, OpenSSH or PKCS8; a Refusal says what is wrong with it. */
export function readSigner(path: string): Signer {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`The signing key ${path} cannot be read.`, { cause: error });
  }
  const key = pem.includes('BEGIN OPENSSH PRIVATE KEY') ? openSshKey(pem, path) : pkcs8Key(pem, path);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Refusal(`The signing key ${path} is not ed25519. Make one: ssh-keygen -t ed25519 -N '' -f ${path}`);
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([text(keyType), text(raw)]);
  return {
    publicKey: `${keyType} ${blob.toString('base64')}`,
    sign: (payload, namespace = 'git') => armour(blob, sign(null, signedBytes(payload, namespace), key), namespace),
  };
}

function pkcs8Key(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Refusal(`The signing key ${path} is neither an OpenSSH nor a PKCS8 private key without passphrase.`, {
      cause: error,
    });
  }
}

/** OpenSSH PROTOCOL.key: magic, cipher, kdf, options, count, public key, then the private section. */
function openSshKey(pem: string, path: string): KeyObject {
  const body = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, ''), 'base64');
  const refuse = (why: string) =>
    new Refusal(`The signing key ${path} ${why}. Make one: ssh-keygen -t ed25519 -N '' -f ${path}`);
  try {
    const { values, end } = readStrings(body, 'openssh-key-v1\0'.length, 3);
    if (values[0]?.toString() !== 'none') throw refuse('has a passphrase');
    const sections = readStrings(body, end + 4, 2).values;
    const secret = sections[1] ?? Buffer.alloc(0);
    const fields = readStrings(secret, 8, 3).values;
    if (fields[0]?.toString() !== keyType) throw refuse('is not ed25519');
    const seed = fields[2]?.subarray(0, 32) ?? Buffer.alloc(0);
    return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw error instanceof Refusal ? error : refuse('is damaged');
  }
}

/** OpenSSH PROTOCOL.sshsig: what is signed is a hash of the message under its namespace. */
function signedBytes(payload: Buffer, namespace: Namespace): Buffer {
  const hash = createHash('sha512').update(payload).digest();
  return Buffer.concat([Buffer.from('SSHSIG'), text(namespace), text(''), text('sha512'), text(hash)]);
}

function armour(publicKey: Buffer, signature: Buffer, namespace: Namespace): string {
  const version = Buffer.from([0, 0, 0, 1]);
  const wrapped = Buffer.concat([text(keyType), text(signature)]);
  const blob = Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    text(publicKey),
    text(namespace),
    text(''),
    text('sha512'),
    text(wrapped),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----'].join('\n');
}

/** Which of the keys (`ssh-ed25519 AAAA…`) made an armoured signature of these bytes under this namespace; null for none. */
export function signerOf(
  armoured: string,
  payload: Buffer,
  namespace: Namespace,
  trusted: readonly string[],
): string | null {
  const blob = Buffer.from(armoured.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, ''), 'base64');
  try {
    if (blob.subarray(0, 6).toString() !== 'SSHSIG' || blob.readUInt32BE(6) !== 1) return null;
    const [publicKey, scope, , algorithm, wrapped] = readStrings(blob, 10, 5).values;
    if (publicKey === undefined || wrapped === undefined) return null;
    if (scope?.toString() !== namespace || algorithm?.toString() !== 'sha512') return null;
    const line = `${keyType} ${publicKey.toString('base64')}`;
    const signer = trusted.find((key) => key.trim().split(/\s+/).slice(0, 2).join(' ') === line);
    if (signer === undefined) return null;
    const raw32 = readStrings(publicKey, 0, 2).values[1] ?? Buffer.alloc(0);
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw32]), format: 'der', type: 'spki' });
    const signature = readStrings(wrapped, 0, 2).values[1] ?? Buffer.alloc(0);
    return verify(null, signedBytes(payload, namespace), key, signature) ? signer : null;
  } catch {
    return null;
  }
}
