const imageKeys = /^(image|repository|registry|name|tag|version|digest)$|(Image|Tag|Version|Digest)$/;

/** The scalars below keys that name images and versions; others may be secrets and are not kept. */
export function imageScalars(values: unknown, key = '', depth = 0): string[] {
  if (depth > 12) return [];
  if (typeof values === 'string' || typeof values === 'number') {
    const scalar = String(values);
    return imageKeys.test(key) && scalar.length <= 300 ? [scalar] : [];
  }
  if (Array.isArray(values)) return values.flatMap((each) => imageScalars(each, key, depth + 1));
  if (typeof values !== 'object' || values === null) return [];
  return Object.entries(values).flatMap(([name, each]) => imageScalars(each, name, depth + 1));
}
