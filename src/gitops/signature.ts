import { signerOf } from '../doors/ssh-signature.ts';

/** Whether the raw commit object carries a valid signature by one of the keys (`ssh-ed25519 AAAA…`). */
export function signedByOneOf(commit: Buffer, trusted: readonly string[]): boolean {
  const parts = splitSignature(commit);
  return parts !== null && signerOf(parts.signature, parts.payload, 'git', trusted) !== null;
}

/** The gpgsig header (gitformat-signature) and the commit without it, byte for byte. */
function splitSignature(commit: Buffer): { readonly signature: string; readonly payload: Buffer } | null {
  const headers = commit.toString('latin1', 0, commit.indexOf('\n\n') + 1);
  const found = /(?<=\n)gpgsig ([^\n]*(?:\n [^\n]*)*)\n/.exec(headers);
  if (found?.[1] === undefined) return null;
  const [from, to] = [found.index, found.index + found[0].length];
  return { signature: found[1], payload: Buffer.concat([commit.subarray(0, from), commit.subarray(to)]) };
}
