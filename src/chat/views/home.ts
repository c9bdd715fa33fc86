import type { HomeView } from '@slack/types';
import type { Drift } from '../../vocabulary/drift.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import type { Release } from '../../vocabulary/release.ts';
import type { Silence } from '../../vocabulary/silence.ts';
import {
  actions,
  button,
  code,
  context,
  escapeText,
  header,
  type KnownBlock,
  section,
  shorten,
} from '../../words/blocks.ts';
import { type Rights, rightsWords } from './hello.ts';
import { muteWords } from './mutes.ts';
import { day, fitting, holdWords, shortId, stateWords, stepOf, when } from './words.ts';

/** What one person has to do with: gathered at one moment. */
export interface HomeFacts {
  /** Held releases that this person can vote on now. */
  readonly toApprove: readonly Release[];
  readonly waiting: readonly Release[];
  readonly recent: readonly Release[];
  readonly locks: readonly Hold[];
  readonly drifts: readonly Drift[];
  /** What this person is not called about. */
  readonly mutes: readonly Silence[];
  /** One line for each service: what every environment holds. */
  readonly environments: readonly string[];
  readonly services: readonly { readonly name: string; readonly versions: readonly (string | null)[] }[];
  /** Whether those are the services of this person's groups; else all. */
  readonly own: boolean;
  readonly rights: Rights;
}

const shownEach = 5;
const servicesShown = 15;

/** The Home tab of one person: what waits for them first, then what runs. */
export function homeView(facts: HomeFacts): HomeView {
  const { toApprove, waiting, recent, locks, drifts, mutes } = facts;
  const blocks: KnownBlock[] = [
    ...part('Waiting for your vote', toApprove, (release) => [
      section(`*${stepOf(release)}*\n${stateWords(release)}`),
      actions(
        // Drawn some time ago it may show what is no longer decided, so it says what it was bound to.
        button({
          text: `Approve ${titleOf(release)}`,
          action: 'release.approve',
          value: `${release.id}.${(release.decision?.bound ?? '').slice(0, 12)}`,
          style: 'primary',
        }),
        button({ text: 'Reject …', action: 'release.reject', value: release.id, style: 'danger' }),
      ),
    ]),
    ...part('Your releases that wait', waiting, (release) => [
      {
        ...section(`*${stepOf(release)}*\n${stateWords(release)}`),
        accessory: button({ text: `Cancel ${titleOf(release)}`, action: 'release.cancel', value: release.id }),
      },
    ]),
    ...part('Locks', locks, (hold) => [
      {
        ...section(`${holdWords(hold)} (since ${when(hold.since)})`),
        accessory: button({ text: 'Unlock', action: 'hold.unlock', value: hold.id }),
      },
    ]),
    ...part('Clusters that do not match Git', drifts, (drift) => [
      section(`*${escapeText(drift.object)}* on ${escapeText(drift.cluster)} since ${when(drift.since)}`),
    ]),
    header(facts.own ? 'Your services' : 'What runs'),
    ...running(facts),
    ...(recent.length === 0
      ? []
      : [
          header('Your last releases'),
          section(
            fitting(
              recent.map(
                (release) =>
                  `• ${day(release.request.at)} ${code(shortId(release))} *${stepOf(release)}*: ${stateWords(release)}`,
              ),
            ).join('\n'),
          ),
        ]),
    ...part('Muted', mutes, (silence) => [
      {
        ...section(muteWords(silence)),
        accessory: button({ text: 'Unmute', action: 'mute.end', value: silence.id }),
      },
    ]),
    ...(facts.rights.releases.length === 0
      ? []
      : [actions(button({ text: 'Release …', action: 'release.form', value: 'home' }))]),
    context(rightsWords(facts.rights), `Ask with ${code('/release')}; all there is to say: ${code('/release help')}`),
  ];
  return { type: 'home', blocks: blocks.slice(0, 100) };
}

function part<T>(title: string, items: readonly T[], draw: (item: T) => KnownBlock[]): KnownBlock[] {
  if (items.length === 0) return [];
  const more = items.length > shownEach ? [context(`… ${items.length - shownEach} more`)] : [];
  return [header(`${title} (${items.length})`), ...items.slice(0, shownEach).flatMap(draw), ...more];
}

function running({ environments, services }: HomeFacts): KnownBlock[] {
  if (services.length === 0)
    return [section('No service is known yet: sluice.yaml names them, and CI says what it has built.')];
  const lines = services.slice(0, servicesShown).map(({ name, versions }) => {
    const held = versions.map(
      (version, index) => `${escapeText(environments[index] ?? '')} ${escapeText(version ?? '–')}`,
    );
    return `*${escapeText(shorten(name, 80))}*: ${held.join(', ')}`;
  });
  const more =
    services.length > lines.length
      ? [context(`… ${services.length - lines.length} more: ${code('/release status')}`)]
      : [];
  return [section(fitting(lines).join('\n')), ...more];
}

function titleOf({ request, plan }: Release): string {
  return `${request.service} ${plan?.artifact.version ?? ''}`.trim();
}
