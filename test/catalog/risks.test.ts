import { describe, expect, test } from 'vitest';
import { type LastWrites, risksOf } from '../../src/catalog/risks.ts';
import { anArtifact, at } from '../support/builders.ts';

const day = 86_400_000;
const recently: LastWrites = { service: at(-day), environment: at(-60_000) };
const artifact = anArtifact();
const other = (version: string, touches?: string[]) =>
  anArtifact({ version, ...(touches === undefined ? {} : { touches }) });
const calm = { service: 'web', environment: 'production', artifact, between: [artifact], backwards: false };

describe('what is to be looked at twice', () => {
  test.each<[string, Partial<typeof calm>, Partial<LastWrites>, readonly string[]]>([
    ['nothing', {}, {}, []],
    [
      'a migration of the artifact',
      { between: [other('1.4.2', ['src/basket.ts', 'db/migrations/0012.sql'])] },
      {},
      ['changes the schema: db/migrations/0012.sql'],
    ],
    [
      'a migration in between, and what is skipped',
      { between: [artifact, other('1.4.1', ['migration']), other('1.4.0')] },
      {},
      ['changes the schema: migration', 'skips 1.4.0, 1.4.1'],
    ],
    [
      'many at once',
      { between: [artifact, ...['5', '4', '3', '2', '1'].map((patch) => other(`1.3.${patch}`))] },
      {},
      ['skips 1.3.1, 1.3.2, 1.3.3 and 2 more'],
    ],
    [
      'going back over a migration',
      { artifact: other('1.4.1'), between: [other('1.4.2', ['schema.prisma'])], backwards: true },
      {},
      ['goes back over a change of the schema: schema.prisma'],
    ],
    ['a long time', {}, { service: at(-23 * day) }, ['the last release of web there was 23 days ago']],
    ['not so long', {}, { service: at(-13 * day) }, []],
    ['the first of the day', {}, { environment: at(-day) }, ['first release to production today (UTC)']],
    ['the first of all', {}, { service: null, environment: null }, ['first release to production today (UTC)']],
    ['a name that only sounds like it', { between: [other('1.4.2', ['src/schemata.ts', 'immigration.ts'])] }, {}, []],
  ])('%s', (_title, step, last, words) => {
    const risks = risksOf({ ...calm, ...step }, { ...recently, ...last }, at());
    expect(risks.map(({ text }) => text)).toEqual(words);
  });
});
