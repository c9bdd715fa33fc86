import { describe, expect, test } from 'vitest';
import { deliveryReply } from '../../../src/chat/views/delivery.ts';
import { blockProblems, textLength } from '../../../src/playground/slack/block-limits.ts';
import type { Delivery, DeliveryNode } from '../../../src/vocabulary/delivery.ts';
import { at, noonMs, sha } from '../../support/builders.ts';

const minutes = 60_000;
const pods: DeliveryNode = { what: 'pods', state: 'done', facts: '1.4.1: 3 ready', words: '', below: [] };
const waiting: Delivery['verdict'] = {
  ...{ kind: 'waiting', stage: 'apply', because: "Flux waits for api's health check" },
  ...{ running: '1.4.1', since: at(-2 * minutes) },
};

function aDelivery(over: Partial<Delivery> = {}): Delivery {
  return {
    ...{ cluster: 'prod-eu', version: '1.4.2', commit: sha('a1b2'), branch: 'main', writtenAt: at(-3 * minutes) },
    verdict: waiting,
    nodes: [
      {
        ...{ what: 'Kustomization shop', state: 'here', facts: 'still at main@0e0e0e0', words: 'at work' },
        below: [pods],
      },
    ],
    ...over,
  };
}

/** Everything that is drawn, a line for each text and each item of a list. */
function linesOf(deliveries: readonly Delivery[], missing: readonly string[] = []): string[] {
  const { blocks } = deliveryReply({ service: 'web', environment: 'production', deliveries, missing, nowMs: noonMs });
  expect(blockProblems(blocks)).toEqual([]);
  return blocks.flatMap((block) => {
    if (block.type === 'section') return plainLines(block.text?.text ?? '');
    if (block.type === 'context') return block.elements.map((each) => ('text' in each ? each.text : ''));
    if (block.type !== 'rich_text') return [];
    return block.elements.flatMap((part) =>
      part.type === 'rich_text_list'
        ? part.elements.map(
            ({ elements }) =>
              `${'  '.repeat(part.indent ?? 0)}- ${elements.map((each) => (each.type === 'text' ? each.text : each.type === 'date' ? each.fallback : '')).join('')}`,
          )
        : [],
    );
  });
}

function plainLines(mrkdwn: string): string[] {
  return mrkdwn.split('\n').map((line) => line.replace(/<[^|>]*\|([^>]*)>/g, '$1').replace(/[*\u200b`]/g, ''));
}

const git = '✓ Git: a1b2a1b in main holds 1.4.2, written by Sluice 11:57 UTC';

describe('the way of one service', () => {
  test('names the commit once, and where each cluster stands; those that have not arrived come first', () => {
    const healthy = aDelivery({
      cluster: 'prod-us',
      verdict: { kind: 'healthy', pods: { ready: 3, wanted: 3 }, since: at(-1 * minutes) },
      nodes: [pods],
    });
    expect(linesOf([healthy, aDelivery()], ['prod-ap'])).toEqual([
      git,
      'prod-eu: on its way, runs 1.4.1',
      "- ➜ Kustomization shop waits here since 11:58 UTC: Flux waits for api's health check (still at main@0e0e0e0)",
      '  - ✓ pods: 1.4.1: 3 ready',
      'prod-us: healthy since 11:59 UTC',
      '- ✓ pods: 1.4.1: 3 ready',
      'prod-ap: not looked at yet',
    ]);
  });

  test('says of what is stale that it is', () => {
    expect(linesOf([aDelivery({ staleSince: at(-1 * minutes) })])).toContain(
      'Not seen since 11:59 UTC: what follows is as it was then.',
    );
  });

  test('says in the head what no node says', () => {
    expect(linesOf([aDelivery({ nodes: [] })])).toEqual([
      git,
      "prod-eu: on its way since 11:58 UTC, runs 1.4.1: Flux waits for api's health check",
    ]);
  });

  test('of a failure and of what outlasts its deadline', () => {
    const node = (state: 'here' | 'failed'): DeliveryNode[] => [
      { what: 'Deployment web', state, facts: '1.4.2, 1/3 updated', words: '', below: [] },
    ];
    const failed = aDelivery({
      verdict: {
        ...{ kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'CrashLoopBackOff in 1 of 3 pods' },
        since: at(),
      },
      nodes: node('failed'),
    });
    const stuck = aDelivery({ verdict: { ...waiting, kind: 'unverified' }, nodes: node('here') });
    expect(linesOf([failed, stuck])).toEqual([
      git,
      'prod-eu: failed',
      '- ✗ Deployment web failed since 12:00 UTC: CrashLoopBackOff in 1 of 3 pods (1.4.2, 1/3 updated)',
      'prod-eu: not proven, runs 1.4.1',
      "- ➜ Deployment web is as far as it got since 11:58 UTC: Flux waits for api's health check (1.4.2, 1/3 updated)",
    ]);
  });

  test('of twelve clusters with long and hostile words stays within the limits of Slack', () => {
    const below = Array.from(
      { length: 30 },
      (_, index): DeliveryNode => ({
        ...{ what: `Deployment <!channel> ${index}`, state: 'open', facts: '&'.repeat(300), words: 'y'.repeat(300) },
        below: [],
      }),
    );
    const deliveries = Array.from({ length: 12 }, (_, index) => aDelivery({ cluster: `c${index}`, nodes: below }));
    const { blocks, text } = deliveryReply({
      service: 'web',
      environment: 'production',
      deliveries,
      missing: [],
      nowMs: noonMs,
    });
    expect(blockProblems(blocks)).toEqual([]);
    expect(textLength(blocks)).toBeLessThan(13_000);
    expect(text.length).toBeLessThanOrEqual(3_000);
    expect(JSON.stringify(blocks)).toMatch(/… \d+ more"/);
    expect(JSON.stringify(blocks)).toContain('… 2 more clusters');
  });

  test('of a service of which nothing is known', () => {
    expect(
      deliveryReply({ service: 'web', environment: 'dev', deliveries: [], missing: [], nowMs: noonMs }).text,
    ).toContain('Nothing is known yet of web in dev.');
  });
});
