import { toFlow } from '../../doors/yaml.ts';
import type { EnvironmentGuess } from './layout.ts';
import type { ServiceGuess } from './service-guesses.ts';
import type { Leftover } from './sightings.ts';

export interface Draft {
  readonly environments: readonly EnvironmentGuess[];
  /** The folder that every service has which is not named. */
  readonly discover: string | null;
  readonly named: readonly ServiceGuess[];
  readonly leftovers: readonly Leftover[];
}

/** A draft as `sluice.yaml`, with what could not be placed as comments at its end. */
export function renderSluiceFile({ environments, discover, named, leftovers }: Draft): string {
  return [
    'version: 1',
    'environments:',
    ...environments.map(environmentLine),
    'services:',
    ...(discover === null ? [] : [`  discover: ${toFlow(discover)}`]),
    ...named.map(serviceLine),
    'roles: []   # nobody may do what no line grants',
    '#  - { role: releaser, of: ["@developers"] }',
    '#  - { role: operator, of: ["@platform"] }',
    'policies: []',
    ...policyComments(environments),
    ...leftoverComments(leftovers),
    '',
  ].join('\n');
}

function environmentLine({ name, clusters, after, isGuessed }: EnvironmentGuess): string {
  const settings = { clusters, channel: `#releases-${name}`, ...(after === undefined ? {} : { after }) };
  const line = `  ${name}: ${toFlow(settings)}`;
  return isGuessed ? `${line}   # a guess: nothing here says which clusters it has` : line;
}

function serviceLine({ name, forms }: ServiceGuess): string {
  return `  ${name}: ${toFlow({ place: forms.length === 1 ? forms[0] : forms })}`;
}

function policyComments(environments: readonly EnvironmentGuess[]): readonly string[] {
  const last = environments.at(-1);
  if (last?.after === undefined) return [];
  return [
    `#  - { kind: promotion-order, environments: [${last.name}], soak: 2h }`,
    `#  - { kind: approvals, environments: [${last.name}], from: ["@platform"], count: 1, within: 4h }`,
  ];
}

const mostShown = 100;

function leftoverComments(leftovers: readonly Leftover[]): readonly string[] {
  const lines = [...new Set(leftovers.map(({ about, because }) => `${plain(about)}: ${plain(because)}`))];
  if (lines.length === 0) return [];
  const more = lines.length - mostShown;
  return [
    '# Not placed:',
    ...lines.slice(0, mostShown).map((line) => `#  - ${line}`),
    ...(more > 0 ? [`#  - and ${more} more`] : []),
  ];
}

/** A line break in the name of a file would end the comment. */
function plain(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029]/gu, ' ');
}
