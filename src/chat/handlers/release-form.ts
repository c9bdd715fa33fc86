import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { nearest } from '../../doors/nearest.ts';
import { within } from '../../doors/time.ts';
import type { Preview } from '../../vocabulary/preview.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import type { ModalView } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import type { Target } from '../target.ts';
import { releaseForm, serviceOptions, versionOption } from '../views/release-form.ts';
import { previewOf } from './preview.ts';
import { type Accepted, acceptRelease } from './release.ts';

const optionSchema = z.object({
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  value: z.string().nullish(),
});
const valuesSchema = z.record(z.string(), z.record(z.string(), optionSchema));
const aboutSchema = z.object({ channel: z.string() });

export interface Filled {
  readonly service?: string;
  readonly environment?: string;
  readonly version?: string;
  readonly because?: string;
  readonly ref?: string;
  /** Kinds of policies to pass. */
  readonly override?: string[];
}

/** What somebody filled in so far, from the state of the modal. */
export function filledIn(values: unknown): Filled {
  const blocks = valuesSchema.safeParse(values).data ?? {};
  const field = (name: string) => {
    const block = Object.entries(blocks).find(([id]) => id === name || id.startsWith(`${name}.`))?.[1];
    return Object.values(block ?? {})[0];
  };
  const of = (name: string): string | undefined => {
    const held = field(name);
    const text = held?.selected_option?.value ?? held?.value ?? '';
    return text.trim() === '' ? undefined : text.trim();
  };
  const names = ['service', 'environment', 'version', 'because', 'ref'] as const;
  const entries = names.map((name): [string, string | undefined] => [name, of(name)]);
  const override = (field('override')?.selected_options ?? []).map(({ value }) => value);
  return {
    ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    ...(override.length === 0 ? {} : { override }),
  };
}

/** The form as it opens: nothing chosen, nothing asked of Git. */
export function emptyForm(ports: ChatPorts, asked: Asker['asked']): ModalView {
  return releaseForm({
    environments: ports.catalog.names().environments,
    about: JSON.stringify({ channel: asked.channel }),
  });
}

/** Where the answer to a form goes. */
export function askedIn(about: string): Asker['asked'] {
  return { channel: aboutSchema.parse(JSON.parse(about)).channel };
}

/** Services that fit what was typed, the ones of the person's groups first. */
export async function suggestServices(
  ports: ChatPorts & { readonly membersOf: (handle: string) => Promise<readonly string[]> },
  user: string,
  typed: string,
) {
  const all = ports.catalog.names().services;
  const fits =
    typed === ''
      ? all
      : [...new Set([...all.filter((name) => name.includes(typed.toLowerCase())), ...nearest(typed, all)])];
  const own = new Set<string>();
  for (const name of fits) {
    const owners = ports.catalog.service(name)?.owners ?? [];
    for (const owner of owners)
      if (owner.startsWith('@') && (await ports.membersOf(owner).catch((): string[] => [])).includes(user))
        own.add(name);
  }
  return serviceOptions([...fits.filter((name) => own.has(name)), ...fits.filter((name) => !own.has(name))], own);
}

/** Versions of the chosen service that fit what was typed, newest first. */
export async function suggestVersions(ports: ChatPorts, { service, environment }: Filled, typed: string) {
  if (service === undefined) return [];
  const words = typed.toLowerCase();
  const artifacts = await ports.catalog.artifacts(service, { limit: 100 });
  const fits = artifacts.filter(({ version, branch, author, commit }) =>
    [version, branch, author, commit].some((text) => text.toLowerCase().includes(words)),
  );
  const deployed = environment === undefined ? [] : await ports.catalog.deployed();
  const runs = deployed.find((each) => each.service === service && each.environment === environment)?.version;
  return fits.map((artifact) => versionOption(artifact, ports.clock.now(), runs));
}

function targetOf({ service, environment, version, because, ref, override }: Filled): Target | null {
  if (service === undefined || environment === undefined) return null;
  return {
    kind: 'release',
    service,
    environment,
    wanted: version === undefined ? { kind: 'default' } : { kind: 'named', name: version },
    ...(because === undefined ? {} : { because }),
    ...(ref === undefined ? {} : { ref }),
    ...(override === undefined ? {} : { override }),
  };
}

async function previewFilledIn(ports: ChatPorts, asker: Asker, filled: Filled): Promise<Preview | undefined> {
  const target = targetOf(filled);
  if (target === null) return undefined;
  const { kind: _, ...wanted } = target;
  return previewOf(ports, asker, wanted);
}

/** What would come of a form as it was filled in at one moment. */
export interface Previewed {
  readonly filled: Filled;
  readonly preview: Preview | undefined;
}

export async function previewFilled(ports: ChatPorts, asker: Asker, values: unknown): Promise<Previewed> {
  const filled = filledIn(values);
  return { filled, preview: await previewFilledIn(ports, asker, filled) };
}

/** The form with what would come of it. */
export function formWith(ports: ChatPorts, { filled, preview }: Previewed, about: string): ModalView {
  return releaseForm({ environments: ports.catalog.names().environments, about, service: filled.service, preview });
}

/** Slack waits three seconds for an answer to a form. */
const checkWithinMs = 1_500;

export type SubmittedForm =
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'accepted'; readonly accepted: Accepted };

/** A refusal that was shown, or is known in time, is told at its field; everything else is asked for like any command. */
export async function submitForm(
  ports: ChatPorts,
  asker: Asker,
  values: unknown,
  shown: Previewed | undefined,
): Promise<SubmittedForm> {
  const filled = filledIn(values);
  const target = targetOf(filled);
  if (target === null) return { kind: 'errors', errors: { service: 'Choose a service and an environment.' } };
  if (filled.override !== undefined && filled.because === undefined)
    return {
      kind: 'errors',
      errors: { because: 'An override needs a reason: the channel is told, and somebody else reviews it.' },
    };
  const known = isDeepStrictEqual(shown?.filled, filled) ? shown?.preview : undefined;
  const checked = await within(checkWithinMs, previewFilledIn(ports, asker, filled));
  const preview = (checked === 'late' ? undefined : checked) ?? known;
  const denied = preview?.reasons.filter(({ effect }) => effect === 'deny') ?? [];
  if (denied.length > 0) return { kind: 'errors', errors: errorsAt(denied, `version.${filled.service ?? ''}`) };
  return { kind: 'accepted', accepted: await acceptRelease(ports, asker, target) };
}

const fieldOf: Partial<Record<Reason['code'], string>> = {
  'unknown-service': 'service',
  'unknown-environment': 'environment',
  'not-authorized': 'environment',
  'reference-missing': 'ref',
};

/** Each reason at the field that can mend it; those of one field in one text. */
function errorsAt(reasons: readonly Reason[], versionBlock: string): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { code, text, next } of reasons) {
    const field = fieldOf[code] ?? versionBlock;
    const words = `${text}${next === undefined ? '' : `. Next: ${next.replaceAll('`', '')}`}`;
    errors[field] = errors[field] === undefined ? words : `${errors[field]}; ${words}`;
  }
  return errors;
}
