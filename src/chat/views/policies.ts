import { policyIds } from '../../vocabulary/policy-id.ts';
import { holdsForEnvironment, holdsForService, type Limits } from '../../vocabulary/scope.ts';
import { code, context, escapeText, header, type MessageBody, section, shorten, spoken } from '../../words/blocks.ts';
import { policyWords } from '../../words/policy-words.ts';
import type { PolicyFile, PolicyLine, PolicySnapshot, ReadPolicies } from '../ports.ts';
import { reply, scopeWords } from './words.ts';

interface Scope {
  readonly service?: string;
  readonly environment?: string;
}

/** What must be true of a release in a scope, who may do what there, and where each line comes from. */
export function policiesReply(snapshot: PolicySnapshot, scope: Scope): MessageBody {
  const read = snapshot.kind === 'valid' ? snapshot : snapshot.lastGood;
  if (read === undefined) return reply('sluice.yaml cannot be read, so every release is held.');
  const { file } = read;
  const rules = [...orderRows(read, scope), ...policyRows(read, scope)];
  const rights = file.roles.flatMap((line, index) =>
    touches(line, scope, file)
      ? [
          `• ${escapeText(line.role)}: ${escapeText(line.of.join(', '))}${limitWords(line)} ${source(read, ['roles', index])}`,
        ]
      : [],
  );
  const where = scopeWords(scope);
  const stale =
    snapshot.kind === 'valid'
      ? []
      : [section('The present sluice.yaml does not count now, so releases are held; this is the last good one.')];
  return {
    text: spoken(
      `Policies${where === '' ? '' : ` for ${where}`}: ${rules.length} rules, ${rights.length} lines of rights.`,
    ),
    blocks: [
      header(shorten(`Policies${where === '' ? '' : ` for ${where}`}`, 150)),
      ...stale,
      ...sections('A release needs', rules, 'nothing but the right to ask for it'),
      ...sections('Who may do what', rights, 'nobody may do anything'),
      context(
        `sluice.yaml of commit ${code(read.commit.slice(0, 7))}`,
        ...(scope.service !== undefined && scope.environment !== undefined
          ? []
          : [`Of one service in one environment: ${code('/release policies web production')}`]),
      ),
    ],
  };
}

function orderRows(read: ReadPolicies, scope: Scope): readonly string[] {
  return Object.entries(read.file.environments).flatMap(([name, { after }]) =>
    after === undefined || (scope.environment ?? name) !== name
      ? []
      : [
          `• ${escapeText(name)}: healthy in ${escapeText(after.join(' and '))} before ${source(read, ['environments', name, 'after'])}`,
        ],
  );
}

function policyRows(read: ReadPolicies, scope: Scope): readonly string[] {
  const ids = policyIds(read.file.policies);
  return read.file.policies.flatMap((line, index) =>
    touches(line, scope, read.file)
      ? [
          `• ${escapeText(shorten(policyWords(line), 300))}${limitWords(line)}${levelWords(line)} ${code(ids[index] ?? line.kind)} ${source(read, ['policies', index])}`,
        ]
      : [],
  );
}

/** `sluice.yaml:12@a1b2c3d`. */
function source({ commit, lineOf }: ReadPolicies, path: readonly PropertyKey[]): string {
  return code(`sluice.yaml:${lineOf(path)}@${commit.slice(0, 7)}`);
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

function levelWords({ level, override }: PolicyLine): string {
  const passed = Array.isArray(override) && override.length > 0 ? `, ${override.join(' or ')} may pass it` : '';
  return `${level === 'warn' ? ', a warning only' : ''}${escapeText(passed)}`;
}

const rowsShown = 40;
const sectionLimit = 2_800;

/** Whole rows only, in as many sections as they need. */
function sections(title: string, rows: readonly string[], none: string) {
  const more = rows.length > rowsShown ? [`… ${rows.length - rowsShown} more; name a service and an environment`] : [];
  const texts = [`*${title}*`];
  for (const row of rows.length === 0 ? [none] : [...rows.slice(0, rowsShown), ...more]) {
    const last = texts.length - 1;
    if (`${texts[last]}\n${row}`.length > sectionLimit) texts.push(row);
    else texts[last] = `${texts[last]}\n${row}`;
  }
  return texts.map(section);
}
