import type { ApiAnswer } from './clusters.ts';

const itemLimitBytes = 32_000_000;
const frameLimitBytes = 1_000_000;

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Reads a list of the Kubernetes API item by item as it comes in, so that neither its text nor its tree is ever held as a whole: 50
 * clusters are listed at once. Returns what is around the items, each of which is 0 in it. Rejects where the body is cut short, is no
 * JSON, or has an item of more than 32 MB.
 */
export async function readList(answer: Pick<ApiAnswer, 'body'>, onItem: (item: unknown) => void): Promise<unknown> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** At the depth of an item, in the list that is named `items`. */
  let inItems = false;
  /** Bytes of the item that is being read, from the chunks before this one; null between items. */
  let item: Buffer[] | null = null;
  let itemBytes = 0;
  let frame = '';

  for await (const chunk of answer.body) {
    /** Where that begins which is not yet taken, of an item or of the frame. */
    let begin = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) {
        if (inItems && depth === 2 && byte === openBrace) {
          frame += `${chunk.toString('latin1', begin, at)}0`;
          begin = at;
          item = [];
        } else if (depth === 1 && byte === openBracket)
          inItems = /"items"\s*:\s*$/.test(frame + chunk.toString('latin1', begin, at));
        depth += 1;
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (item !== null && depth === 2) {
          const last = chunk.subarray(begin, at + 1);
          onItem(JSON.parse((item.length === 0 ? last : Buffer.concat([...item, last])).toString('utf8')));
          begin = at + 1;
          item = null;
          itemBytes = 0;
        } else if (depth === 1) inItems = false;
      }
    }
    const rest = chunk.subarray(begin);
    if (item === null) frame += rest.toString('latin1');
    else {
      item.push(rest);
      itemBytes += rest.length;
    }
    if (itemBytes > itemLimitBytes || frame.length > frameLimitBytes)
      throw new Error('a list of the API server is larger than any that can be read');
  }
  // Bytes until here, as a letter of several of them may be cut by a chunk.
  return JSON.parse(Buffer.from(frame, 'latin1').toString('utf8'));
}
