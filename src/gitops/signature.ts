import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Refusal } from '../errors.ts';

/** An SSH signer and the public key line that verifies it (`ssh-ed25519 AAAA…`). */
export interface Signer {
  readonly publicKey: string;
  /** The armoured signature of a commit object without its gpgsig header. */
  readonly sign: (payload: Buffer) => string;
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
    sign: (payload) => armour(blob, sign(null, signedBytes(payload), key)),
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

/** OpenSSH PROTOCOL.sshsig: what is signed is a hash of the message under the namespace "git". */
function signedBytes(payload: Buffer): Buffer {
  const hash = createHash('sha512').update(payload).digest();
  return Buffer.concat([Buffer.from('SSHSIG'), text('git'), text(''), text('sha512'), text(hash)]);
}

function armour(publicKey: Buffer, signature: Buffer): string {
  const version = Buffer.from([0, 0, 0, 1]);
  const wrapped = Buffer.concat([text(keyType), text(signature)]);
  const blob = Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    text(publicKey),
    text('git'),
    text(''),
    text('sha512'),
    text(wrapped),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----'].join('\n');
}

/** Whether the raw commit object carries a valid signature by one of the keys (`ssh-ed25519 AAAA…`). */
export function signedByOneOf(commit: Buffer, trusted: readonly string[]): boolean {
  const parts = splitSignature(commit);
  if (parts === null) return false;
  const blob = Buffer.from(parts.signature.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, ''), 'base64');
  try {
    if (blob.subarray(0, 6).toString() !== 'SSHSIG' || blob.readUInt32BE(6) !== 1) return false;
    const [publicKey, namespace, , algorithm, wrapped] = readStrings(blob, 10, 5).values;
    if (publicKey === undefined || wrapped === undefined) return false;
    if (namespace?.toString() !== 'git' || algorithm?.toString() !== 'sha512') return false;
    const line = `${keyType} ${publicKey.toString('base64')}`;
    if (!trusted.some((key) => key.trim().split(/\s+/).slice(0, 2).join(' ') === line)) return false;
    const raw32 = readStrings(publicKey, 0, 2).values[1] ?? Buffer.alloc(0);
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw32]), format: 'der', type: 'spki' });
    const signature = readStrings(wrapped, 0, 2).values[1] ?? Buffer.alloc(0);
    return verify(null, signedBytes(parts.payload), key, signature);
  } catch {
    return false;
  }
}

/** The gpgsig header (gitformat-signature) and the commit without it, byte for byte. */
function splitSignature(commit: Buffer): { readonly signature: string; readonly payload: Buffer } | null {
  const headers = commit.toString('latin1', 0, commit.indexOf('\n\n') + 1);
  const found = /(?<=\n)gpgsig ([^\n]*(?:\n [^\n]*)*)\n/.exec(headers);
  if (found?.[1] === undefined) return null;
  const [from, to] = [found.index, found.index + found[0].length];
  return { signature: found[1], payload: Buffer.concat([commit.subarray(0, from), commit.subarray(to)]) };
}
