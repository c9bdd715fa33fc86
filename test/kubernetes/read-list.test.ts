import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readList } from '../../src/kubernetes/read-list.ts';

async function* inChunks(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let begin = 0, turn = 0; begin < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(begin, begin + size);
    begin += size;
  }
}

async function read(text: string, sizes: readonly number[] = [text.length || 1]) {
  const items: unknown[] = [];
  const frame = await readList({ body: inChunks(text, sizes) }, (item) => items.push(item));
  return { frame, items };
}

describe('a list of the Kubernetes API, read item by item', () => {
  const awkward = { name: 'a "quoted" \\ {brace] ünï', items: [{ items: [] }], nested: { items: [{}, [1]] } };

  it.each([
    ['items last', { kind: 'List', metadata: { resourceVersion: '7' }, items: [awkward, {}] }, [awkward, {}]],
    ['items first', { items: [{ a: 1 }], metadata: { continue: 'x' } }, [{ a: 1 }]],
    ['no item', { metadata: {}, items: [] }, []],
    ['items that are missing', { metadata: {} }, []],
    ['items that are null', { metadata: {}, items: null }, []],
    ['items of something deeper', { metadata: { items: [{ no: 1 }] }, items: [{ yes: 1 }] }, [{ yes: 1 }]],
    ['another list beside', { others: [{ no: 1 }], items: [{ yes: 1 }], more: [{ no: 2 }] }, [{ yes: 1 }]],
  ])('finds %s, however it is laid out and cut', async (_, body, items) => {
    for (const text of [JSON.stringify(body), JSON.stringify(body, null, 2)])
      for (const sizes of [[1], [2], [7, 3], [text.length * 2]]) {
        const found = await read(text, sizes);
        expect(found.items).toEqual(items);
        expect({ ...(found.frame as object), items: null }).toEqual({ ...body, items: null });
      }
  });

  it('finds the items of any list in any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.dictionary(
          fc.string().filter((key) => key !== 'items'),
          fc.jsonValue(),
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (items, beside, sizes, first) => {
          const text = JSON.stringify(first ? { items, beside } : { beside, items });
          const found = await read(text, sizes);
          expect(found.items).toEqual(JSON.parse(JSON.stringify(items)));
          expect(found.frame).toMatchObject({ beside: JSON.parse(JSON.stringify(beside)) });
        },
      ),
    );
  });

  it.each([
    ['inside an item', '{"items":[{"a":1},{"b":'],
    ['between items', '{"items":[{"a":1},'],
    ['before the end', '{"items":[{"a":1}]'],
    ['inside a letter', '{"items":[{"a":"\\'],
    ['at once', ''],
  ])('is refused where it is cut %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow();
  });

  it('is refused where it is no JSON, or an item is none', async () => {
    await expect(read('upstream connect error')).rejects.toThrow();
    await expect(read('{"items":[{"a":tru}]}')).rejects.toThrow();
    await expect(read('{"items":[{"a":[}]]}')).rejects.toThrow();
  });

  it('is refused where what is around the items goes on and on', async () => {
    await expect(read(`{"metadata":{"continue":"${'x'.repeat(1_000_001)}"},"items":[]}`)).rejects.toThrow('larger');
  });
});
