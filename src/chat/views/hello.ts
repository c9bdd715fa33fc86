import { isOpen, type Release } from '../../vocabulary/release.ts';
import { code, context, escapeText, type MessageBody, section, spoken } from '../../words/blocks.ts';
import type { Names } from '../known-names.ts';
import { stepAndState, stepOf } from './words.ts';

/** What somebody may do, environment by environment, and whom to ask for more. */
export interface Rights {
  readonly releases: readonly string[];
  readonly approves: readonly string[];
  readonly operates: boolean;
  /** Who releases and who operates, as `sluice.yaml` names them. */
  readonly releasers: readonly string[];
  readonly operators: readonly string[];
}

const namesShown = 10;

/** `You may release to dev and staging, and approve in production.`; or how to come to that. */
export function rightsWords({ releases, approves, operates, releasers, operators }: Rights): string {
  const may = [
    ...(releases.length === 0 ? [] : [`release to ${listed(releases)}`]),
    ...(approves.length === 0 ? [] : [`approve in ${listed(approves)}`]),
    ...(operates ? ['set and end freezes as an operator'] : []),
  ];
  if (may.length > 0) return `You may ${listed(may)}.`;
  const role = releasers.length === 0 ? 'a line' : `a line such as the one of ${listed(releasers, 'or')}`;
  const ask = operators.length === 0 ? '' : ` Ask ${listed(operators, 'or')}.`;
  return `You may look at everything, and release nothing yet: that takes ${role} under roles in sluice.yaml.${ask}`;
}

/** To somebody who called without a word: what can be said, by examples of what is there. */
export function helloReply(names: Names, rights: Rights): MessageBody {
  const { service, environment } = exampleOf(names);
  return called(
    [
      'I release services by Git and Flux, and say what became of them. For example:',
      `${code(`@sluice status ${service}`)} what runs where`,
      `${code(`@sluice diff ${service} ${environment}`)} what a release would change`,
      `${code(`@sluice release ${service} ${environment}`)} asks for one; ${code('/release')} alone opens a form`,
    ],
    rights,
  );
}

/** The same in the thread of a release: what can be said of that one as it stands. */
export function helloInThread(release: Release, rights: Rights): MessageBody {
  const { kind } = release.state;
  const words = [
    'status',
    ...(kind === 'held' ? ['approve', 'reject because TEXT', 'take back'] : []),
    ...(isOpen(release) && kind !== 'writing' ? ['cancel'] : []),
    ...(kind === 'written' ? ['roll back'] : []),
    'diff',
    'history',
  ];
  const title = `This thread is about ${stepAndState(release, `*${stepOf(release)}*`)}.`;
  return called([title, `Say ${code('@sluice')} and ${words.map((word) => code(word)).join(' · ')}`], rights);
}

function called(lines: readonly string[], rights: Rights): MessageBody {
  const help = `All there is to say: ${code('/release help')}`;
  return {
    text: spoken(`${lines.join(' ')} ${rightsWords(rights)} ${help}`),
    blocks: [section(lines.join('\n')), context(rightsWords(rights), help)],
  };
}

/** What a squad hears of its services in a channel of its own. */
export interface SquadHere {
  readonly squad: string;
  readonly services: readonly string[];
  readonly tell: 'failures' | 'all';
}

/** To a channel that the app was invited to, once: what will be told here, and what can be asked. */
export function joinedMessage(
  environments: readonly string[],
  told: readonly Told[],
  names: Names,
  squads: readonly SquadHere[] = [],
): MessageBody {
  const { service, environment } = exampleOf({
    services: squads[0]?.services ?? names.services,
    environments: environments.length > 0 ? environments : names.environments,
  });
  const here = environments.map(escapeText);
  const elsewhere = told.map(({ channel, environments: of }) => `${listed(of)} in ${escapeText(channel)}`);
  const first =
    here.length > 0
      ? `*Releases to ${listed(here)} are told here*: one message each, which follows it to the clusters, with the details in its thread. In that thread ${code('@sluice status')}, ${code('approve')} and ${code('roll back')} mean that release.`
      : squads.length > 0
        ? `*Hello, I am Sluice*: I release services by Git and Flux. ${squads.map(squadWords).join(' ')} Releases themselves are told where their environment is${elsewhere.length === 0 ? '' : `: ${elsewhere.join(', ')}`}.`
        : `*Hello, I am Sluice*: I release services by Git and Flux. I post nothing here by myself${elsewhere.length === 0 ? '' : `; releases are told where their environment is: ${elsewhere.join(', ')}`}.`;
  const ask = `Ask with ${code(`/release ${service} ${environment}`)} or ${code(`@sluice status ${service}`)}; all there is to say: ${code('/release help')}`;
  return { text: spoken(`${first} ${ask}`), blocks: [section(first), context(ask)] };
}

function squadWords({ squad, services, tell }: SquadHere): string {
  const what = tell === 'all' ? 'how each release ends' : 'what fails, and what recovers from it';
  return `*${escapeText(squad)} hears here of ${listed(services.map(escapeText))}*: ${what}.`;
}

/** The environments whose releases one channel is told of. */
export interface Told {
  readonly channel: string;
  readonly environments: readonly string[];
}

function exampleOf({ services, environments }: Names): { readonly service: string; readonly environment: string } {
  return { service: services[0] ?? 'web', environment: environments[0] ?? 'dev' };
}

function listed(names: readonly string[], last = 'and'): string {
  const shown = names.slice(0, namesShown);
  const all = names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
}
