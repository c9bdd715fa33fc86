import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../src/doors/errors.ts';
import { readSigner, type Signer } from '../../src/doors/ssh-signature.ts';
import { signedByOneOf } from '../../src/gitops/signature.ts';

let folder: string;
let signer: Signer;
let other: Signer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
  signer = readSigner(pkcs8('one'));
  other = readSigner(pkcs8('two'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function pkcs8(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return path;
}

function openSsh(name: string, type: string, passphrase: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', path]);
  return path;
}

const headers = `tree ${'a'.repeat(40)}\nparent ${'b'.repeat(40)}\nauthor A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n`;
const message = '\nRelease wéb\n\nSluice-Release: X\n';
const header = (armoured: string) => `gpgsig ${armoured.replaceAll('\n', '\n ')}\n`;
const commit = (signature: string, text = message) => Buffer.from(`${headers}${signature}${text}`);
const signed = (by: Signer) => header(by.sign(Buffer.from(`${headers}${message}`)));

describe('a signature counts', () => {
  test('under a key that is trusted, written with or without a comment', () => {
    expect(signedByOneOf(commit(signed(signer)), [signer.publicKey])).toBe(true);
    expect(signedByOneOf(commit(signed(signer)), ['', `  ${signer.publicKey} sluice@acme`])).toBe(true);
  });

  test.each([
    ['of nobody', () => commit('')],
    ['of another key', () => commit(signed(other))],
    ['over another message', () => commit(signed(signer), message.replace('X', 'Y'))],
    ['over other headers', () => Buffer.from(commit(signed(signer)).toString().replace('parent b', 'parent c'))],
    ['in the message', () => Buffer.from(`${headers}\n${signed(signer)}${message}`)],
    ['under another name', () => commit(signed(signer).replace('gpgsig ', 'xgpgsig '))],
    ['cut off', () => commit(signed(signer).replace(/(.{60})\n -----END/s, '\n -----END'))],
    ['after another', () => commit(`${signed(other)}${signed(signer)}`)],
    ['before another', () => commit(`${signed(signer)}${signed(other)}`)],
    ['of no bytes at all', () => commit(header('-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----'))],
  ])('never %s', (_, make) => {
    expect(signedByOneOf(make(), [signer.publicKey])).toBe(false);
  });

  test('no object, however short, throws', () => {
    for (const text of ['', '\n\n', 'gpgsig \n\n', `${headers}gpgsig AAAA\n\nx`])
      expect(signedByOneOf(Buffer.from(text), [signer.publicKey])).toBe(false);
  });

  test.each([
    ['git', true],
    ['file', false],
  ])('where ssh-keygen made it in the namespace %s: %s', (namespace, counts) => {
    const { signature, publicKey } = bySshKeygen(namespace);
    expect(signedByOneOf(commit(signature), [publicKey])).toBe(counts);
  });
});

/** The same payload, signed by ssh-keygen with a key of its own in a namespace. */
function bySshKeygen(namespace: string) {
  const path = openSsh(`keygen-${namespace}`, 'ed25519', '');
  const signing = spawnSync('ssh-keygen', ['-Y', 'sign', '-n', namespace, '-f', path], {
    input: `${headers}${message}`,
    encoding: 'utf8',
  });
  return { signature: header(signing.stdout.trim()), publicKey: readSigner(path).publicKey };
}

describe('a key that cannot sign is refused by its path', () => {
  test.each([
    ['with a passphrase', () => openSsh('locked', 'ed25519', 'secret phrase'), /passphrase/],
    ['of another kind', () => openSsh('ecdsa', 'ecdsa', ''), /not ed25519/],
    ['that is not there', () => join(folder, 'nowhere'), /cannot be read/],
    [
      'that is something else',
      () => {
        writeFileSync(join(folder, 'text'), 'hello');
        return join(folder, 'text');
      },
      /neither an OpenSSH nor a PKCS8/,
    ],
    [
      'that was cut off',
      () => {
        writeFileSync(
          join(folder, 'cut'),
          '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----\n',
        );
        return join(folder, 'cut');
      },
      /damaged/,
    ],
  ])('%s', (_, make, because) => {
    const path = make();
    expect(() => readSigner(path)).toThrow(Refusal);
    expect(() => readSigner(path)).toThrow(because);
    expect(() => readSigner(path)).toThrow(path);
  });
});
