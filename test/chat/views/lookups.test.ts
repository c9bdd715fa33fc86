import { describe, expect, test } from 'vitest';
import { artifactReply, releaseReply, whichReply } from '../../../src/chat/views/describe.ts';
import { diffReply } from '../../../src/chat/views/diff.ts';
import { whereReply } from '../../../src/chat/views/where.ts';
import type { Preview } from '../../../src/vocabulary/preview.ts';
import {
  aDecision,
  aHealthyRecord,
  anArtifact,
  aPlan,
  aRelease,
  at,
  aVote,
  releaseId,
  sha,
} from '../../support/builders.ts';

const words = (value: unknown): string => JSON.stringify(value).replaceAll('\u200b', '');
const where = { service: 'web', environment: 'production' };

describe('a diff', () => {
  const reasons = [{ code: 'approvals-missing', effect: 'hold', text: '2 approvals are missing' }] as const;
  const planned: Preview = { kind: 'planned', plan: aPlan(), reasons };

  test('shows from → to, commits with their authors, the lines, and what stands in its way', () => {
    const shown = words(diffReply(where, planned).blocks);
    expect(shown).toMatch(/web 1\.4\.1 → 1\.4\.2 in production\* \(1 commit, 1 line, main\)/);
    expect(shown).toContain('Fix the checkout (Ana Andersen)');
    expect(shown).toContain('`apps/production/web/kustomization.yaml:7` `newTag: 1.4.1` → `newTag: 1.4.2`');
    expect(shown).toMatch(/It would wait.*2 approvals are missing/);
    expect(shown).toContain('Ask for it: `/release web production 1.4.2`');
  });

  test('offers no command that would be refused', () => {
    const denied = [{ code: 'not-healthy-before', effect: 'deny', text: 'never healthy in staging' }] as const;
    const shown = words(diffReply(where, { ...planned, reasons: denied }));
    expect(shown).toMatch(/It would be refused.*never healthy/);
    expect(shown).not.toContain('Ask for it');
  });

  test.each<[string, Preview, RegExp]>([
    ['nothing', { kind: 'unchanged', plan: aPlan(), reasons: [] }, /is in production already/],
    ['a refusal', { kind: 'refused', reasons: [{ ...reasons[0], text: 'no version "9"' }] }, /refused.*no version/],
    [
      'a step back',
      { kind: 'planned', plan: aPlan({ backwards: true, commitCount: 2 }), reasons: [] },
      /2 commits back/,
    ],
  ])('says so of %s', (_, preview, expected) => {
    expect(words(diffReply(where, preview))).toMatch(expected);
  });

  test('of a hundred commits shows whole rows and counts all of them', () => {
    const commits = Array.from({ length: 100 }, (_, index) => ({
      sha: sha('c2'),
      title: `${index} ${'<x>'.repeat(40)}`,
      author: 'Ana',
    }));
    const { blocks } = diffReply(where, { ...planned, plan: aPlan({ commits, commitCount: 240 }) });
    for (const block of blocks)
      if (block.type === 'section') expect(block.text?.text.length).toBeLessThanOrEqual(3_000);
    expect(words(blocks)).toMatch(/… 2\d\d more/);
  });
});

describe('where a service is', () => {
  const healthy = { kind: 'healthy', since: at(), running: '1.4.1', pods: { ready: 3, wanted: 3 } } as const;
  const waiting = { kind: 'waiting', stage: 'rollout', because: '1 of 4 pods', since: at(), running: '1.4.0' } as const;

  test('says what stands, who had it written, what each cluster runs, and what is on its way', () => {
    const written = aRelease({ plan: aPlan(), state: { kind: 'written', commit: sha() } });
    const open = aRelease({ id: releaseId(2), plan: aPlan(), state: { kind: 'queued' } });
    const shown = words(
      whereReply('web', [
        { environment: 'dev', version: '1.4.2', clusters: [], open: [] },
        {
          environment: 'production',
          version: '1.4.1',
          written,
          clusters: [
            { cluster: 'prod-eu', verdict: healthy, since: at() },
            { cluster: 'prod-us', verdict: waiting, since: at() },
            { cluster: 'prod-as', stale: at() },
            { cluster: 'prod-ca', verdict: { ...healthy, running: '1.4.0' } },
            { cluster: 'prod-af' },
          ],
          open: [open],
        },
      ]),
    );
    expect(shown).toMatch(/production\* {2}\*1\.4\.1\*, written <!date[^>]*> for <@UANA>/);
    expect(shown).toMatch(/prod-eu runs 1\.4\.1, healthy 3\/3 since <!date/);
    expect(shown).toMatch(/prod-us runs 1\.4\.0 still, waiting: 1 of 4 pods/);
    expect(shown).toMatch(/prod-ca runs 1\.4\.0 still\\n/);
    expect(shown).toMatch(/prod-as: not seen since/);
    expect(shown).toContain('prod-af: not heard of yet');
    expect(shown).toMatch(/On its way: \*1\.4\.2\* `0{7}2` by <@UANA>, queued/);
    expect(shown).toContain('/release diff web production');
  });

  test('says that it is nowhere', () => {
    expect(whereReply('web', []).text).toContain('no place in any environment');
  });
});

describe('a description', () => {
  test('of a release has its lines and votes', () => {
    const shown = words(
      releaseReply(
        aRelease({
          plan: aPlan(),
          decision: aDecision(),
          votes: [aVote(), aVote(undefined, { bound: 'older' })],
          state: { kind: 'held' },
        }),
      ),
    );
    expect(shown).toContain('apps/production/web/kustomization.yaml:7');
    expect(shown).toContain('Approved by <@UBO>');
    expect(shown).toContain('(for what was shown before)');
  });

  test('of an artifact says where it came from, what it brings and where it has been', () => {
    const fared = [
      { environment: 'dev', stands: true, healthy: aHealthyRecord(['dev']), clusters: ['dev'] },
      { environment: 'staging', stands: false, healthy: null, clusters: ['staging'] },
    ];
    const artifact = anArtifact({ checks: [{ name: 'ci', state: 'passed', at: at() }] });
    const releases = [aRelease({ plan: aPlan(), state: { kind: 'queued' } })];
    const shown = words(artifactReply(artifact, fared, releases, '/release web staging 1.4.2'));
    expect(shown).toMatch(/web 1\.4\.2\* from main `c2c2c2c`/);
    expect(shown).toContain('✓ ci');
    expect(shown).toMatch(/dev: stands there now, first healthy <!date/);
    expect(shown).toContain('staging: never healthy there');
    expect(shown).toMatch(/Releases.*queued/);
    expect(shown).toContain('Release it: `/release web staging 1.4.2`');
  });

  test('of a version that several services have asks which', () => {
    const artifacts = [anArtifact(), anArtifact({ service: 'api' })];
    expect(whichReply('1.4.2', artifacts).text).toMatch(/2 services.*describe web 1\.4\.2 or .*describe api 1\.4\.2/);
  });
});
