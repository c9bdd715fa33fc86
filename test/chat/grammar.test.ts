import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/chat/grammar.ts';
import { asMention } from '../../src/chat/thread-words.ts';
import { overridableKinds } from '../../src/vocabulary/overrides.ts';
import { releaseId } from '../support/builders.ts';

const names = {
  services: ['web', 'api', 'search', 'mail', 'status-page'],
  environments: ['dev', 'staging', 'production'],
};
const named = (name: string) => ({ kind: 'named', name });

const overriding = (override: string[]) => ({
  kind: 'release',
  service: 'web',
  environment: 'production',
  wanted: named('1.4.2'),
  because: 'the shop is down',
  override,
});

describe('what people type is understood', () => {
  test.each([
    ['web dev 1.4.2', { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2') }],
    ['web to dev', { kind: 'release', service: 'web', environment: 'dev', wanted: { kind: 'default' } }],
    ['WEB on Production', { kind: 'release', service: 'web', environment: 'production', wanted: { kind: 'default' } }],
    ['release web dev', { kind: 'release', service: 'web', environment: 'dev', wanted: { kind: 'default' } }],
    [
      'web production from staging',
      { kind: 'release', service: 'web', environment: 'production', wanted: { kind: 'from', environment: 'staging' } },
    ],
    [
      'web dev feature/dark-mode',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('feature/dark-mode') },
    ],
    ['web dev a1b2c3d', { kind: 'release', service: 'web', environment: 'dev', wanted: named('a1b2c3d') }],
    [
      'web dev 1.4.2 because checkout fix',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2'), because: 'checkout fix' },
    ],
    [
      'web dev 1.4.2 because it is to be on time',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2'), because: 'it is to be on time' },
    ],
    [
      'web dev 1.4.2 ref CHG123 because fix',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2'), because: 'fix', ref: 'CHG123' },
    ],
    [
      'web dev 1.4.2 because fix ref CHG123',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2'), because: 'fix', ref: 'CHG123' },
    ],
    [
      'web production 1.4.2 override freeze-window,approvals because the shop is down',
      overriding(['freeze-window', 'approvals']),
    ],
    [
      'web production 1.4.2 override Freeze-Window, approvals because the shop is down',
      overriding(['freeze-window', 'approvals']),
    ],
    [
      'web production 1.4.2 override freeze-window and approvals because the shop is down',
      overriding(['freeze-window', 'approvals']),
    ],
    ['web production override locks 1.4.2 because the shop is down', overriding(['locks'])],
    ['web production 1.4.2 override all because the shop is down', overriding([...overridableKinds])],
    [
      'web production 1.4.2 override locks because the shop is down ref CHG1',
      { ...overriding(['locks']), ref: 'CHG1' },
    ],
    [
      'web dev,staging,production 1.4.2',
      {
        kind: 'release',
        service: 'web',
        environment: 'dev',
        onwards: ['staging', 'production'],
        wanted: named('1.4.2'),
      },
    ],
    [
      'web Dev, staging because fix',
      {
        kind: 'release',
        service: 'web',
        environment: 'dev',
        onwards: ['staging'],
        wanted: { kind: 'default' },
        because: 'fix',
      },
    ],
    [
      'rollback web production',
      { kind: 'rollback', service: 'web', environment: 'production', wanted: { kind: 'default' } },
    ],
    ['status', { kind: 'status' }],
    ['status web', { kind: 'status', service: 'web' }],
    ['status production web', { kind: 'status', service: 'web', environment: 'production' }],
    ['queue', { kind: 'queue' }],
    ['history web in production', { kind: 'history', service: 'web', environment: 'production' }],
    [
      'history web production by <@UANA|ana> since 7d failed',
      { kind: 'history', service: 'web', environment: 'production', by: 'UANA', since: '7d', only: 'failed' },
    ],
    ['history since 2026-11-01 by @ana', { kind: 'history', since: '2026-11-01', by: 'ana' }],
    ['history by me', { kind: 'history', by: 'me' }],
    ['history rollbacks of web', { kind: 'history', service: 'web', only: 'rollbacks' }],
    ['artifacts web', { kind: 'artifacts', service: 'web' }],
    ['artifacts web main', { kind: 'artifacts', service: 'web', branch: 'main' }],
    ['describe 01KABCDEF', { kind: 'describe', name: '01KABCDEF' }],
    ['describe release 01kabcdef', { kind: 'describe', name: '01kabcdef' }],
    ['describe 1.4.2', { kind: 'describe', name: '1.4.2' }],
    ['describe web 1.4.2', { kind: 'describe', service: 'web', name: '1.4.2' }],
    ['diff web production', { kind: 'diff', service: 'web', environment: 'production', wanted: { kind: 'default' } }],
    ['diff web in dev 1.4.2', { kind: 'diff', service: 'web', environment: 'dev', wanted: named('1.4.2') }],
    [
      'diff web production from staging because fix',
      {
        kind: 'diff',
        service: 'web',
        environment: 'production',
        wanted: { kind: 'from', environment: 'staging' },
        because: 'fix',
      },
    ],
    ['where web', { kind: 'where', service: 'web' }],
    ['where is web', { kind: 'where', service: 'web' }],
    ['cancel 01kabcdef', { kind: 'cancel', release: '01KABCDEF' }],
    ['approve 01KABCDEF', { kind: 'approve', release: '01KABCDEF' }],
    ['reject 01KABCDEF because too late', { kind: 'reject', release: '01KABCDEF', because: 'too late' }],
    [
      'lock web production for 2h because audit',
      { kind: 'lock', service: 'web', environment: 'production', forMs: 7_200_000, because: 'audit' },
    ],
    [
      'lock web production because audit for 2h',
      { kind: 'lock', service: 'web', environment: 'production', forMs: 7_200_000, because: 'audit' },
    ],
    ['freeze because fair until 16:00', { kind: 'freeze', until: '16:00', because: 'fair' }],
    ['lock web because we wait for mia', { kind: 'lock', service: 'web', because: 'we wait for mia' }],
    ['lock production because "year end"', { kind: 'lock', environment: 'production', because: '"year end"' }],
    ['freeze because audit', { kind: 'freeze', because: 'audit' }],
    ['freeze everything because audit', { kind: 'freeze', because: 'audit' }],
    ['freeze all for 2h because audit', { kind: 'freeze', forMs: 7_200_000, because: 'audit' }],
    [
      'freeze production until 14:00 because audit',
      { kind: 'freeze', environment: 'production', until: '14:00', because: 'audit' },
    ],
    [
      'freeze until 14:00 in production because audit',
      { kind: 'freeze', environment: 'production', until: '14:00', because: 'audit' },
    ],
    ['freeze web because audit', { kind: 'freeze', service: 'web', because: 'audit' }],
    [
      'freeze production web because audit',
      { kind: 'freeze', service: 'web', environment: 'production', because: 'audit' },
    ],
    ['statsu web', { kind: 'status', service: 'web' }],
    ['reviews', { kind: 'reviews' }],
    ['review 01KABCDEF', { kind: 'review', release: '01KABCDEF' }],
    ['review 01kabcdef because it was right', { kind: 'review', release: '01KABCDEF', because: 'it was right' }],
    ['reviews 01KABCDEF', { kind: 'review', release: '01KABCDEF' }],
    ['reveiws', { kind: 'reviews' }],
    ['unfreeze', { kind: 'unfreeze' }],
    ['unfreeze everything', { kind: 'unfreeze' }],
    ['unfreeze production', { kind: 'unfreeze', environment: 'production' }],
    ['unlock web production', { kind: 'unlock', service: 'web', environment: 'production' }],
    ['locks', { kind: 'locks' }],
    ['policies', { kind: 'policies' }],
    ['policies web production', { kind: 'policies', service: 'web', environment: 'production' }],
    ['lock web until 16:00 because audit', { kind: 'lock', service: 'web', until: '16:00', because: 'audit' }],
    [
      'lock production until 2026-12-24 16:00 because year end',
      { kind: 'lock', environment: 'production', until: '2026-12-24 16:00', because: 'year end' },
    ],
    [
      'describe a1b2c3d4e5f60718293a4b5c6d7e8f9012345678',
      { kind: 'describe', name: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678' },
    ],
    [
      'web in dev 1.4.2 because line one\n line two',
      { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2'), because: 'line one line two' },
    ],
    [
      'web dev because asked by <@UBO|bo> &amp; co',
      {
        kind: 'release',
        service: 'web',
        environment: 'dev',
        wanted: { kind: 'default' },
        because: 'asked by @bo & co',
      },
    ],
    ['web dev <http://1.4.2|1.4.2>', { kind: 'release', service: 'web', environment: 'dev', wanted: named('1.4.2') }],
    ['web dev,', { kind: 'release', service: 'web', environment: 'dev', wanted: { kind: 'default' } }],
    ['help histroy', { kind: 'help', about: 'history' }],
    ['drift production', { kind: 'drift', environment: 'production' }],
    ['clusters', { kind: 'clusters' }],
    ['help', { kind: 'help' }],
    ['help lock', { kind: 'help', about: 'lock' }],
    ['', { kind: 'form' }],
    ['stauts web', { kind: 'status', service: 'web' }],
    ['histroy', { kind: 'history' }],
  ])('/release %s', (text, command) => {
    expect(parse(text, '/release', names)).toEqual({ kind: 'command', command });
  });

  test.each([
    ['', { kind: 'help', about: 'rollback' }],
    ['help', { kind: 'help', about: 'rollback' }],
    [
      'rollback web production',
      { kind: 'rollback', service: 'web', environment: 'production', wanted: { kind: 'default' } },
    ],
    ['web production', { kind: 'rollback', service: 'web', environment: 'production', wanted: { kind: 'default' } }],
    [
      'web production 1.4.0 because broken',
      { kind: 'rollback', service: 'web', environment: 'production', wanted: named('1.4.0'), because: 'broken' },
    ],
  ])('/rollback %s', (text, command) => {
    expect(parse(text, '/rollback', names)).toEqual({ kind: 'command', command });
  });
});

describe('a mistake names what was meant and the command to copy', () => {
  test.each([
    ['wbe dev', /no service "wbe".*web/, '/release web dev'],
    ['web prodution 1.4.2', /no environment "prodution".*production/, '/release web production 1.4.2'],
    ['production web', /service comes first/, '/release web production'],
    ['web', /where\?/, '/release web dev'],
    ['web dve,staging', /no environment "dve"/, '/release web dev,staging'],
    ['web dev,prodution 1.4.2', /no environment "prodution"/, '/release web dev,production 1.4.2'],
    ['web dev,dev,staging 1.4.2', /dev is named twice/, '/release web dev,staging 1.4.2'],
    ['dev,staging web 1.4.2', /service comes first/, '/release web dev,staging 1.4.2'],
    ['rollback web dev,staging', /A rollback is of one environment/, '/rollback web dev'],
    ['diff web dev,staging', /A diff is of one environment/, '/release diff web dev'],
    [
      'web dev,staging override locks because fire',
      /override is for one environment/,
      '/release web staging override locks because fire',
    ],
    ['wbe dev 1.4.2 because checkout fix', /no service "wbe"/, '/release web dev 1.4.2 because checkout fix'],
    ['freze production because audit', /Did you mean "freeze"/, '/release freeze production because audit'],
    ['unfreze web', /Did you mean "unfreeze"/, '/release unfreeze web'],
    ['relase web dev', /Did you mean "release"/, '/release web dev'],
    ['rollbak web dev', /Did you mean "rollback"/, '/rollback web dev'],
    ['web dev 1.4.2 for 2h', /only a lock takes for/, '/release web dev 1.4.2'],
    ['web dev from', /From where/, '/release web dev'],
    ['lock web until lunch because audit', /not a time/, '/release lock web until 16:00 because audit'],
    ['lock web for 2h until 16:00 because audit', /one end/, '/release lock web for 2h because audit'],
    ['lock web for 0s because audit', /not a time/, '/release lock web for 2h because audit'],
    ['lock web for 900d because audit', /90d at most/, '/release lock web for 2h because audit'],
    ['lock because audit', /Lock what/, '/release lock web production for 2h because audit'],
    ['status web production dev', /too much/, '/release status web production'],
    ['reject 01KABCDEF too late', /after because/, '/release reject 01KABCDEF because too late'],
    ['locks web', /takes nothing else/, '/release locks'],
    ['drift web production', /by environment/, '/release drift production'],
    ['cancel ../x', /not the id/, '/release queue'],
    [
      'web dev 1.4.2 override freezewindow because fire',
      /"freezewindow" cannot be overridden.*freeze-window/,
      '/release web dev 1.4.2 override freeze-window because fire',
    ],
    [
      'web dev 1.4.2 override authorization because fire',
      /"authorization" cannot be overridden.*Never: who may release/,
      '/release web dev 1.4.2 override all because fire',
    ],
    ['web dev 1.4.2 override locks', /needs a reason/, '/release web dev 1.4.2 override locks because TEXT'],
    ['web dev 1.4.2 override because fire', /Override what/, '/release web dev 1.4.2 override all because fire'],
    ['wbe dev 1.4.2 override all because fire', /no service "wbe"/, '/release web dev 1.4.2 override all because fire'],
    ['web dev 1.4.2 now', /too much/, '/release web dev 1.4.2'],
    ['lock web', /needs a reason/, '/release lock web because audit'],
    ['lock web for soon because audit', /not a time/, '/release lock web for 2h because audit'],
    ['review', /review needs the id/, '/release reviews'],
    ['review web', /not the id/, '/release reviews'],
    ['review 01KABCDEF it was right', /after because/, '/release review 01KABCDEF because it was right'],
    ['freeze', /freeze needs a reason/, '/release freeze because audit'],
    ['freeze production', /freeze needs a reason/, '/release freeze production because audit'],
    [
      'freeze prodution because audit',
      /neither a service nor an environment.*production/,
      '/release freeze production because audit',
    ],
    [
      'freeze production for 2h until 16:00 because audit',
      /There is one end/,
      '/release freeze production for 2h because audit',
    ],
    [
      'freeze production until noon because audit',
      /not a time/,
      '/release freeze production until 16:00 because audit',
    ],
    ['freeze for ever because audit', /not a time/, '/release freeze for 2h because audit'],
    ['unfreeze dve', /neither a service nor/, '/release unfreeze dev'],
    ['unlock', /Unlock what/, '/release unlock web production'],
    ['cancel', /needs the id/, '/release queue'],
    ['status wbe', /neither a service nor an environment/, '/release status web'],
    ['web dev from stagin', /no environment "stagin"/, '/release web dev from staging'],
    [
      'web 1.4.2 production',
      /service comes first, then the environment, then the version/,
      '/release web production 1.4.2',
    ],
    ['1.4.2 web dev because fix', /service comes first/, '/release web dev 1.4.2 because fix'],
    ['prodution wbe 1.4.2', /no service "prodution"/, '/release web production 1.4.2'],
    ['web from staging production', /service comes first/, '/release web production from staging'],
    ['diff production web', /service comes first/, '/release diff web production'],
    ['rollback 1.4.0 web production', /service comes first/, '/rollback web production 1.4.0'],
    ['web@1.4.2 dev', /no service "web@1.4.2"/, '/release web dev 1.4.2'],
    ['web:1.4.2 prod', /no service/, '/release web production 1.4.2'],
    ['1.4.2', /no service "1.4.2"/, '/release describe 1.4.2'],
    ['status 1.4.2', /neither a service/, '/release describe 1.4.2'],
    ['web 1.4.2', /no environment "1.4.2"/, '/release web dev 1.4.2'],
    ['staging', /Release what in staging\? Known services: web/, '/release status staging'],
    ['web status', /command comes first/, '/release status web'],
    ['production history', /command comes first/, '/release history production'],
    ['deploy production wbe', /"deploy" is called release here/, '/release web production'],
    ['undo web production', /called rollback/, '/rollback web production'],
    ['lgtm 01KABCDEF', /called approve/, '/release approve 01KABCDEF'],
    ['web dev 1.4.2 becuase fix it', /too much/, '/release web dev 1.4.2 because fix it'],
    ['web dev 1.4.2 checkout fix', /too much/, '/release web dev 1.4.2 because checkout fix'],
    ['web dev fro staging', /too much/, '/release web dev from staging'],
    ['web dev 1.4.2 overide locks because x', /too much/, '/release web dev 1.4.2 override locks because x'],
    ['lock web production audit', /too much/, '/release lock web production because audit'],
    ['lock web 2h because audit', /neither/, '/release lock web for 2h because audit'],
    ['lock web 16:00 because audit', /neither/, '/release lock web until 16:00 because audit'],
    ['what runs in production', /is no command/, '/release status production'],
    ['hello there', /"hello there" is no command/, '/release help'],
    ['nothing dev', /There is no service "nothing". Known services: web/, '/release status dev'],
    ['web dev 1.4.2 ref', /After ref comes the ticket/, '/release web dev 1.4.2'],
    ['help zzzzzz', /There is no command "zzzzzz"/, '/release help'],
    ['web dev --force', /neither a version/, undefined],
    ['diff', /Compare what/, '/release diff web production'],
    ['diff web', /Compare web where/, '/release diff web dev'],
    ['diff wbe dev', /no service "wbe"/, '/release diff web dev'],
    ['where', /Where is what/, '/release where web'],
    ['history by', /By whom/, '/release history by me'],
    ['history web since', /Since when/, '/release history web since 7d'],
    ['history web since monday', /"monday" is not a time/, '/release history web since 7d'],
    ['history wbe failed', /neither a service/, '/release history web failed'],
    ['history fialed', /mean "failed"/, '/release history failed'],
    ['where wbe', /no service "wbe"/, '/release where web'],
    ['where web dev', /a service alone/, '/release where web'],
    ['describe', /Describe what/, '/release history'],
    ['describe web', /Describe what/, '/release artifacts web'],
    ['describe 1.4.2 please', /too much/, '/release describe 1.4.2'],
    ['describe ../x', /neither a release, a commit nor a version/, undefined],
    ['artifacts', /Whose artifacts/, '/release artifacts web'],
  ])('/release %s', (text, message, next) => {
    expect(parse(text, '/release', names)).toEqual({ kind: 'mistake', message: expect.stringMatching(message), next });
  });
});

describe('in the thread of a release', () => {
  const release = releaseId();
  const here = { service: 'web', environment: 'production' };
  const read = (text: string) => parse(text, 'mention', names, { release, ...here, version: '1.4.2' });

  test.each<[string, object]>([
    ['status', { kind: 'describe', name: release }],
    ['describe', { kind: 'describe', name: release }],
    ['approve', { kind: 'approve', release }],
    ['take back', { kind: 'take-back', release }],
    ['unapprove', { kind: 'take-back', release }],
    ['cancel', { kind: 'cancel', release }],
    ['reject', { kind: 'reject', release }],
    ['reject because the migration is missing', { kind: 'reject', release, because: 'the migration is missing' }],
    ['review because it was right', { kind: 'review', release, because: 'it was right' }],
    ['roll back', { kind: 'roll-back', release }],
    ['rollback because slow', { kind: 'roll-back', release, because: 'slow' }],
    ['roll back to 1.4.0', { kind: 'rollback', ...here, wanted: named('1.4.0') }],
    ['history', { kind: 'history', ...here }],
    ['diff', { kind: 'diff', ...here, wanted: named('1.4.2') }],
    ['where', { kind: 'where', service: 'web' }],
    ['status api', { kind: 'status', service: 'api' }],
    ['approve 01KABCDEF', { kind: 'approve', release: '01KABCDEF' }],
    ['rollback web dev', { kind: 'rollback', service: 'web', environment: 'dev', wanted: { kind: 'default' } }],
    ['release api dev', { kind: 'release', service: 'api', environment: 'dev', wanted: { kind: 'default' } }],
    ['locks', { kind: 'locks' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual({ kind: 'command', command: expected });
  });

  test.each([
    ['aprove', 'Did you mean "approve"?', '/release approve'],
    ['reject too late', 'A reason goes after because.', '/release reject because too late'],
  ])('%s does nothing yet', (text, message, next) => {
    expect(read(text)).toEqual({ kind: 'mistake', message, next });
  });

  test.each([
    ['/release status web', '@sluice status web'],
    ['/release web dev 1.4.2', '@sluice release web dev 1.4.2'],
    ['/release', '@sluice release'],
    ['/rollback web dev', '@sluice rollback web dev'],
    ['ask @platform', 'ask @platform'],
  ])('%s is said as %s', (slash, mention) => {
    expect(asMention(slash)).toBe(mention);
  });
});

test('what is offered does not begin with a filler, which would be taken for a name there', () => {
  const parsed = parse('to search staging mail cancel mutes web', '/rollback', names);
  expect(parsed).toMatchObject({ kind: 'mistake', next: '/rollback search staging mail because cancel mutes web' });
});

/** What a command that is offered is, typed as it stands. */
function understood(next: string): string {
  const [, said = '', text = ''] = /^(\/release|\/rollback) ?(.*)$/.exec(next) ?? [];
  return parse(text, said === '/rollback' ? said : '/release', names).kind;
}

describe('hostile text is refused and never thrown at', () => {
  test.each([
    '../etc dev',
    '-rf dev',
    'web dev ../../x',
    'web dev --upload-pack=x',
    'web dev a//b',
    `web dev ${'x'.repeat(300)}`,
    'x'.repeat(40_000),
    'web\u0000 dev',
    'web dev \u001b[31m1',
    'web dev \u202e2.4.1',
    'web d\u200bev',
    'lock web because \u2066x',
    '__proto__ dev',
    'constructor dev',
  ])('%j', (text) => {
    expect(parse(text, '/release', names).kind).toBe('mistake');
  });

  test('any text gives a command or a mistake', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('/release', '/rollback', 'mention'),
        (text, said) => {
          expect(['command', 'mistake']).toContain(parse(text, said, names).kind);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('any order of the words people use gives a command, or a mistake with a command that is understood', () => {
    const words = fc.constantFrom(
      'web',
      'dev',
      'production',
      'lock',
      'because',
      'ref',
      'for',
      'from',
      'to',
      '2h',
      '1.4.2',
      'help',
      'reject',
      'status',
      'freeze',
      'history',
      'deploy',
      'becuase',
      'prodution',
      'checkout',
      ',',
      'x',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (all) => {
        const parsed = parse(all.join(' '), '/release', names);
        if (parsed.kind === 'mistake' && parsed.next !== undefined)
          expect(understood(parsed.next), `${all.join(' ')} → ${parsed.next}`).toBe('command');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('policies', () => {
  const read = (text: string) => parse(text, '/release', names);

  test.each<[string, object]>([
    [
      'policy add approvals production from <!subteam^S1|@security> count 1',
      { kind: 'policy-add', text: 'approvals production from @security count 1' },
    ],
    [
      'policy add freeze-window from 15:00 to 24:00 because party',
      { kind: 'policy-add', text: 'freeze-window from 15:00 to 24:00 because party' },
    ],
    ['Policy Add', { kind: 'policy-form' }],
    ['policy remove Ticket because it is over', { kind: 'policy-remove', id: 'ticket', because: 'it is over' }],
    ['policies', { kind: 'policies' }],
  ])('%s', (text, command) => {
    expect(read(text)).toEqual({ kind: 'command', command });
  });

  test.each([
    ['policy', 'Add a policy, or remove one?', '/release policies'],
    ['policy remove', 'Which one? The list names each policy.', '/release policies'],
    ['policy remove a b', 'Which one? The list names each policy.', '/release policies'],
    ['policy drop x', 'A policy is added or removed; "drop" is neither.', '/release policy add'],
  ])('%s is a mistake', (text, message, next) => {
    expect(read(text)).toEqual({ kind: 'mistake', message, next });
  });
});

describe('mutes', () => {
  const squads = { ...names, squads: ['storefront', 'web'] };
  const read = (text: string) => parse(text, '/release', squads);
  const forMs = 8 * 3_600_000;

  test.each<[string, object]>([
    ['mute web', { kind: 'mute', service: 'web' }],
    ['mute web staging for 8h', { kind: 'mute', service: 'web', environment: 'staging', forMs }],
    ['Mute Staging until 16:00', { kind: 'mute', environment: 'staging', until: '16:00' }],
    ['mute everything for 8h', { kind: 'mute', forMs }],
    ['mute storefront', { kind: 'mute', squad: 'storefront' }],
    ['mute storefront staging for 8h', { kind: 'mute', squad: 'storefront', environment: 'staging', forMs }],
    ['mute squad #storefront everything', { kind: 'mute', squad: 'storefront' }],
    ['mute squad web web', { kind: 'mute', squad: 'web', service: 'web' }],
    ['unmute web in staging', { kind: 'unmute', service: 'web', environment: 'staging' }],
    ['unmute squad storefront', { kind: 'unmute', squad: 'storefront' }],
    ['mutes', { kind: 'mutes' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual({ kind: 'command', command: expected });
  });

  test.each([
    ['mute', /Mute what/, '/release mute web dev for 8h'],
    ['mute for 2h', /Mute what/, '/release mute web dev for 2h'],
    ['mute wbe for 2h', /neither a service nor an environment/, '/release mute web for 2h'],
    ['mute squad', /Which squad/, '/release mute squad storefront'],
    ['mute squad storefrnt staging for 2h', /no squad "storefrnt"/, '/release mute squad storefront staging for 2h'],
    ['mute web for ever', /"ever" is not a time/, '/release mute web for 2h'],
    ['mute web until noon', /"noon" is not a time/, '/release mute web until 16:00'],
    ['mute web for 1h until 16:00', /one end/, '/release mute web for 1h'],
    ['mute web for 100d', /90d at most/, '/release mute web for 2h'],
    ['unmute', /Unmute what/, '/release mutes'],
    ['mute storefront wbe', /neither a service/, '/release mute squad storefront web'],
  ])('%s is a mistake', (text, message, next) => {
    expect(read(text)).toEqual({ kind: 'mistake', message: expect.stringMatching(message), next });
  });

  test('in the thread of a release they are of its service there', () => {
    const thread = { release: releaseId(), service: 'web', environment: 'staging' };
    const said = (text: string) => parse(text, 'mention', squads, thread);
    const here = { service: 'web', environment: 'staging' };
    expect(said('mute for 8h')).toEqual({ kind: 'command', command: { kind: 'mute', ...here, forMs } });
    expect(said('unmute')).toEqual({ kind: 'command', command: { kind: 'unmute', ...here } });
    expect(said('mute api')).toEqual({ kind: 'command', command: { kind: 'mute', service: 'api' } });
  });
});
