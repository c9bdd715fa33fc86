import { statSync } from 'node:fs';
import { messageOf } from '../doors/errors.ts';
import { readSigner } from '../doors/ssh-signature.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { signedByOneOf } from './signature.ts';

const about = 'signing';

/** Signs something with the key, and reads the signature back. */
export function checkSigning(signing: { readonly key: string } | undefined): Finding {
  if (signing === undefined)
    return {
      about,
      level: 'warn',
      seen: 'unsigned: true: whoever may push can write commits that look like those of Sluice',
      mend: "ssh-keygen -t ed25519 -N '' -f signing-key, and name it: signing: { key: … }",
    };
  try {
    const signer = readSigner(signing.key);
    const header = 'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n';
    const signature = signer.sign(Buffer.from(`${header}\ntry\n`)).replaceAll('\n', '\n ');
    if (!signedByOneOf(Buffer.from(`${header}gpgsig ${signature}\n\ntry\n`), [signer.publicKey]))
      return { about, level: 'fail', seen: 'the key does not sign', mend: 'make another key' };
    if ((statSync(signing.key).mode & 0o004) !== 0)
      return {
        about,
        level: 'warn',
        seen: 'everybody on this machine can read the key',
        mend: `chmod 600 ${signing.key}`,
      };
    return { about, level: 'ok', seen: `commits are signed by ${signer.publicKey}` };
  } catch (error) {
    return { about, level: 'fail', seen: messageOf(error), mend: 'look at signing.key in the configuration' };
  }
}
