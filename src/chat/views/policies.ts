import { escapeText, header, type MessageBody, section, shorten, spoken } from '../../blocks.ts';
import { holdsForEnvironment, holdsForService, type Limits } from '../../scope.ts';
import type { PolicyFile, PolicyLine } from '../ports.ts';
import { reply, scopeWords } from './words.ts';

interface Scope {
  readonly service?: string;
  readonly environment?: string;
}

type Snapshot =
  | { readonly kind: 'valid'; readonly file: PolicyFile }
  | { readonly kind: 'invalid' | 'unreadable'; readonly lastGood?: { readonly file: PolicyFile } };

/** What must be true of a release in a scope, and who may do what there, as sluice.yaml says it now. */
export function policiesReply(snapshot: Snapshot, scope: Scope): MessageBody {
  const file = snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file;
  if (file === undefined) return reply('sluice.yaml cannot be read, so every release is held.');
  const rules = [
    ...Object.entries(file.environments)
      .filter(([name]) => (scope.environment ?? name) === name)
      .flatMap(([name, { after }]) =>
        after === undefined ? [] : [`• ${escapeText(name)}: healthy in ${escapeText(after.join(' and '))} before`],
      ),
    ...file.policies
      .filter((line) => touches(line, scope, file))
      .map((line) => `• ${policyWords(line)}${limitWords(line)}`),
  ];
  const rights = file.roles
    .filter((line) => touches(line, scope, file))
    .map((line) => `• ${escapeText(line.role)}: ${escapeText(line.of.join(', '))}${limitWords(line)}`);
  const where = scopeWords(scope);
  const stale =
    snapshot.kind === 'valid' ? [] : [section('sluice.yaml is not valid now; this is what the last good one says.')];
  return {
    text: spoken(
      `Policies${where === '' ? '' : ` for ${where}`}: ${rules.length} rules, ${rights.length} lines of rights.`,
    ),
    blocks: [
      header(shorten(`Policies${where === '' ? '' : ` for ${where}`}`, 150)),
      ...stale,
      section(`*A release needs*\n${bounded(rules, 'nothing but the right to ask for it')}`),
      section(`*Who may do what*\n${bounded(rights, 'nobody may do anything')}`),
    ],
  };
}

function touches(line: Limits, { service, environment }: Scope, file: PolicyFile): boolean {
  return (
    (service === undefined || holdsForService(line, service, file)) &&
    (environment === undefined || holdsForEnvironment(line, environment))
  );
}

function limitWords({ services, squads, environments }: Limits): string {
  const owned = squads?.map((squad) => `services of ${squad}`);
  const parts = [services, owned, environments].flatMap((names) => (names === undefined ? [] : [names.join(', ')]));
  return parts.length === 0 ? '' : ` (${escapeText(parts.join(' in '))})`;
}

/** In words where the kind is known; else as the file has it. */
function policyWords({ kind, services: _, environments: __, squads: ___, ...settings }: PolicyLine): string {
  const { count, from, to, within, branches, pattern, days, timezone, level } = settings;
  const quiet = level === 'warn' ? ' (a warning only)' : '';
  if (kind === 'approvals') {
    const voters = Array.isArray(from) ? from.join(' or ') : 'approvers';
    const limit = typeof within === 'string' ? ` within ${within}` : '';
    return escapeText(`${count === 1 ? '1 approval' : `${count ?? 1} approvals`} by ${voters}${limit}`);
  }
  if (kind === 'branch-restriction') return escapeText(`built from a branch like ${branches}${quiet}`);
  if (kind === 'reference') return escapeText(`a ticket like ${pattern}${quiet}`);
  if (kind === 'freeze-window') {
    const on = Array.isArray(days) ? ` on ${days.join(', ')}` : '';
    return escapeText(`not between ${from} and ${to}${on}, ${timezone}${quiet}`);
  }
  const rest = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return escapeText(shorten([kind, ...rest].join(' '), 200));
}

const rowsShown = 20;

function bounded(rows: readonly string[], none: string): string {
  if (rows.length === 0) return none;
  const more = rows.length > rowsShown ? [`… ${rows.length - rowsShown} more`] : [];
  return shorten([...rows.slice(0, rowsShown), ...more].join('\n'), 2_900);
}
