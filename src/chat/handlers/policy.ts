import { z } from 'zod';
import { readYaml } from '../../doors/yaml.ts';
import { escapeText, foreign, type MessageBody, type ModalView } from '../../words/blocks.ts';
import type { PolicyCommand } from '../policy-grammar.ts';
import type { ActedOnPolicy, Asker, ChatPorts, PolicyPreview } from '../ports.ts';
import { policyForm } from '../views/policy-form.ts';
import { previewReply } from '../views/policy-preview.ts';
import { mistakeReply, reply } from '../views/words.ts';

/** What a typed change would do to `sluice.yaml`; nothing is written before its button is clicked. */
export async function previewPolicy(
  ports: Pick<ChatPorts, 'policies'>,
  asker: Asker,
  command: Exclude<PolicyCommand, { kind: 'policy-form' }>,
): Promise<MessageBody> {
  if (command.kind === 'policy-remove') {
    const step = { kind: 'remove', id: command.id } as const;
    return previewReply(await ports.policies.preview(asker.person, step, command.because));
  }
  const read = ports.policies.read(command.text);
  if (read.kind === 'mistake')
    return mistakeReply(read.message, read.next === undefined ? undefined : `/release policy add ${read.next}`);
  return previewReply(await ports.policies.preview(asker.person, { kind: 'add', item: read.line }, read.because));
}

/** A button of a preview, or of a change that waits. */
export async function clickPolicy(
  ports: Pick<ChatPorts, 'policies'>,
  asker: Asker,
  action: string,
  id: string,
): Promise<MessageBody> {
  const { policies } = ports;
  const { person } = asker;
  switch (action) {
    case 'policy.commit':
      return actedReply(await policies.commit(id, person), 'On its way', 'Progress in');
    case 'policy.approve':
      return actedReply(await policies.vote(id, person, 'approve'), 'Approved', 'It is told in');
    case 'policy.reject':
      return actedReply(await policies.vote(id, person, 'reject'), 'Rejected', 'It is told in');
    case 'policy.withdraw':
      return actedReply(await policies.withdraw(id, person), 'Withdrawn', 'It is told in');
    default:
      return reply('That button is of an older Sluice; type the command instead.');
  }
}

/** A vote or a withdrawal that was typed, by the id of a change or the end of it; null where no change that waits is called so. */
export async function typedOnPolicy(
  ports: Pick<ChatPorts, 'policies'>,
  { person }: Asker,
  act: 'approve' | 'reject' | 'withdraw',
  typed: string,
  because?: string,
): Promise<MessageBody | null> {
  const { policies } = ports;
  const found = (await policies.open()).filter((id) => typed.length >= 6 && id.endsWith(typed.toUpperCase()));
  const [id] = found;
  if (id === undefined) return null;
  if (found.length > 1) return reply(`${found.length} changes of the policies end so; type more of it.`);
  switch (act) {
    case 'approve':
      return actedReply(await policies.vote(id, person, 'approve'), 'Approved', 'It is told in');
    case 'reject':
      return actedReply(await policies.vote(id, person, 'reject', because), 'Rejected', 'It is told in');
    case 'withdraw':
      return actedReply(await policies.withdraw(id, person), 'Withdrawn', 'It is told in');
  }
}

function actedReply(acted: ActedOnPolicy, word: string, where: string): MessageBody {
  return acted.kind === 'refused'
    ? reply(`That does not go: ${foreign(acted.because, 300)}.`)
    : reply(`${word}. ${where} ${escapeText(acted.change.channel)}.`);
}

/** The form as it opens. */
export function emptyPolicyForm(ports: Pick<ChatPorts, 'policies'>, { channel }: Asker['asked']): ModalView {
  return policyForm(ports.policies.kinds(), JSON.stringify({ channel }));
}

const filledSchema = z.object({
  values: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ value: z.string().nullish(), selected_option: z.object({ value: z.string() }).nullish() }),
    ),
  ),
});

export type SubmittedPolicy =
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'preview'; readonly preview: PolicyPreview };

/** What was filled in, tried on the file itself; every problem is told at its field. */
export async function submitPolicyForm(
  ports: Pick<ChatPorts, 'policies'>,
  asker: Asker,
  state: unknown,
): Promise<SubmittedPolicy> {
  const { values } = filledSchema.parse(state);
  const of = (name: string) => values[name]?.[name]?.selected_option?.value ?? values[name]?.[name]?.value ?? '';
  const names = (name: string) => {
    const list = of(name)
      .split(/[\s,]+/)
      .filter((each) => each !== '');
    return list.length === 0 ? {} : { [name]: list };
  };
  const settings = readYaml(of('settings'));
  if (settings === null || typeof settings !== 'object' || Array.isArray(settings))
    return {
      kind: 'errors',
      errors: { settings: 'Expected settings as in sluice.yaml, a line each, such as count: 2' },
    };
  const item = { kind: of('kind'), ...names('environments'), ...names('services'), ...settings };
  const preview = await ports.policies.preview(asker.person, { kind: 'add', item });
  if (preview.kind === 'preview') return { kind: 'preview', preview };
  const errors: Record<string, string> = {};
  const problems = preview.problems.length === 0 ? [{ setting: '', message: preview.because }] : preview.problems;
  for (const { setting, message } of problems) {
    const field = setting === 'environments' || setting === 'services' ? setting : 'settings';
    const words = field === setting || setting === '' ? message : `${setting}: ${message}`;
    errors[field] = errors[field] === undefined ? words : `${errors[field]}; ${words}`;
  }
  return { kind: 'errors', errors };
}
