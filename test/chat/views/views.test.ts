import { describe, expect, test } from 'vitest';
import { commandTable } from '../../../src/chat/command-table.ts';
import { afterMention } from '../../../src/chat/mention-listeners.ts';
import { helpReply } from '../../../src/chat/views/help.ts';
import { homeView } from '../../../src/chat/views/home.ts';
import { queueReply } from '../../../src/chat/views/lists.ts';
import { policiesReply } from '../../../src/chat/views/policies.ts';
import { aDecision, aPlan, aReadFile, aRelease, noonMs, releaseId } from '../../support/builders.ts';

const names = { services: ['web'], environments: ['dev'] };
const words = (value: unknown): string => JSON.stringify(value).replaceAll('\u200b', '');

describe('help', () => {
  test('names every command that is understood', () => {
    for (const { verb } of commandTable) expect(words(helpReply(undefined, names))).toContain(verb);
  });

  test.each(commandTable.map(({ verb }) => verb))('tells about %s with an example', (verb) => {
    const { text, blocks } = helpReply(verb, names);
    expect(text).toContain(verb);
    expect(words(blocks)).toContain('For example');
  });
});

test('a vote in the Home tab is for what was drawn there', () => {
  const release = aRelease({ state: { kind: 'held' }, plan: aPlan(), decision: aDecision({ bound: 'ab'.repeat(32) }) });
  const none = {
    waiting: [],
    recent: [],
    locks: [],
    mutes: [],
    drifts: [],
    environments: [],
    services: [],
    own: false,
    rights: { releases: [], approves: ['production'], operates: false, releasers: [], operators: [] },
  };
  expect(words(homeView({ toApprove: [release], ...none }))).toContain(`${release.id}.abababababab`);
});

describe('policies', () => {
  test('are what sluice.yaml says of a scope', () => {
    const shown = words(policiesReply(aReadFile(), { environment: 'production' }));
    expect(shown).toContain('production: healthy in staging before `sluice.yaml:5@0e0e0e0`');
    expect(shown).toContain(
      '2 approvals by @platform or @storefront within 4h (production) `approvals-f4c9` `sluice.yaml:16@0e0e0e0`',
    );
    expect(shown).toContain('built from a branch like ^(main|hotfix/.+)$ (production)');
    expect(shown).toContain('operator: mia `sluice.yaml:13@0e0e0e0`');
  });

  test('leave out what holds elsewhere', () => {
    expect(words(policiesReply(aReadFile(), { environment: 'dev' }))).not.toContain('approvals');
  });

  test('show a kind that is not known here as the file has it', () => {
    const line = { kind: 'moon-phase', phase: 'full', level: 'warn', override: ['operator'] };
    const file = { environments: {}, services: { named: {} }, roles: [], policies: [line], people: {} };
    const read = { kind: 'valid', file, commit: 'a1b2c3d4', lineOf: () => 7 } as const;
    expect(words(policiesReply(read, {}))).toContain(
      'moon-phase phase full, a warning only, operator may pass it `moon-phase-',
    );
  });

  test('say when the file cannot be read, or is the last good one', () => {
    expect(policiesReply({ kind: 'unreadable' }, {}).text).toContain('every release is held');
    expect(words(policiesReply({ kind: 'invalid', lastGood: aReadFile() }, {}))).toContain('the last good one');
  });
});

describe('lists', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    aRelease({
      id: releaseId(index),
      request: { because: 'x' },
      plan: aPlan(),
      decision: aDecision(),
      state: { kind: 'queued' },
    }),
  );

  test.each([['queue', queueReply(many, noonMs)]])(
    'the %s shows whole rows and says how many it leaves out',
    (_, body) => {
      expect(words(body.blocks)).toMatch(/… \d+ more/);
      for (const block of body.blocks)
        if (block.type === 'section') expect(block.text?.text.length).toBeLessThanOrEqual(3_000);
    },
  );

  test('the queue is empty', () => {
    expect(queueReply([], noonMs).text).toBe('Nothing waits.');
  });
});

describe('what follows a mention of the app', () => {
  test.each([
    ['<@UBOT> status', ' status'],
    ['hey <@UBOT|sluice> release web dev', ' release web dev'],
    ['<@UANA> look: <@UBOT> queue', ' queue'],
    ['no mention', 'no mention'],
  ])('%s', (text, expected) => {
    expect(afterMention(text, 'UBOT')).toBe(expected);
  });
});
