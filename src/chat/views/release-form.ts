import type { InputBlock, Option, PlainTextOption } from '@slack/types';
import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import type { Preview } from '../../vocabulary/preview.ts';
import {
  code,
  context,
  foreign,
  type KnownBlock,
  type ModalView,
  modal,
  section,
  shorten,
  textInput,
} from '../../words/blocks.ts';
import { betweenWords, commitWords } from '../../words/plan-words.ts';
import { refusedWords, standingIn } from './gates.ts';

export const releaseFormName = 'form.release';

export interface FormState {
  readonly environments: readonly string[];
  /** Where the answer goes, as a short text that comes back. */
  readonly about: string;
  readonly service?: string | undefined;
  readonly preview?: Preview | undefined;
}

/** Pickers for service, environment and version; reason and ticket; and what would come of it. */
export function releaseForm({ environments, about, service, preview }: FormState): ModalView {
  const passable = preview === undefined || preview.kind === 'refused' ? [] : (preview.passable ?? []);
  return modal({
    callback: releaseFormName,
    about,
    title: 'Release a service',
    submit: 'Release',
    blocks: [
      {
        ...picker('service', 'Service'),
        element: {
          type: 'external_select',
          action_id: 'form.service',
          focus_on_load: true,
          min_query_length: 0,
          placeholder: plain('Type a name'),
        },
      },
      {
        ...picker('environment', 'Environment'),
        element: {
          type: 'static_select',
          action_id: 'form.environment',
          placeholder: plain('Where to'),
          options: environments.slice(0, 100).map((name) => option(name, name)),
        },
      },
      {
        // Another service has other versions: the picker of another name begins anew.
        ...picker(`version.${service ?? ''}`, 'Version'),
        optional: true,
        hint: plain('Left empty: what is healthy in the environment before, or the newest of the main branch'),
        element: {
          type: 'external_select',
          action_id: 'form.version',
          min_query_length: 0,
          placeholder: plain('Version, branch or author'),
        },
      },
      { type: 'divider' },
      ...(preview === undefined
        ? [context('Choose a service and an environment to see what would happen.')]
        : previewBlocks(preview)),
      { type: 'divider' },
      ...(passable.length === 0 ? [] : [overrides(passable)]),
      {
        ...textInput({
          name: 'because',
          label: 'Reason',
          placeholder: 'Shown to everybody',
          limit: 500,
          focused: false,
        }),
        optional: true,
      },
      {
        type: 'input',
        block_id: 'ref',
        label: plain('Ticket'),
        optional: true,
        element: { type: 'plain_text_input', action_id: 'ref', max_length: 100, placeholder: plain('CHG123') },
      },
    ],
  });
}

/** Only what this person may pass is offered, so that nobody else meets it. */
function overrides(kinds: readonly string[]): InputBlock {
  return {
    ...picker('override', 'Override'),
    optional: true,
    hint: plain('Needs a reason. The channel is told, and somebody else takes a second look the next working day'),
    element: {
      type: 'checkboxes',
      action_id: 'form.override',
      options: kinds.slice(0, 10).map((kind) => option(kind, kind)),
    },
  };
}

function picker(id: string, label: string): Pick<InputBlock, 'type' | 'block_id' | 'label' | 'dispatch_action'> {
  return { type: 'input', block_id: id, label: plain(label), dispatch_action: true };
}

const plain = (text: string) => ({ type: 'plain_text' as const, text: shorten(text, 150) });

function option(text: string, value: string, description?: string): PlainTextOption {
  return {
    text: { type: 'plain_text', text: shorten(text, 75) },
    value: shorten(value, 75),
    ...(description === undefined ? {} : { description: { type: 'plain_text', text: shorten(description, 75) } }),
  };
}

export function serviceOptions(services: readonly string[], own: ReadonlySet<string>): Option[] {
  return services.slice(0, 100).map((name) => option(name, name, own.has(name) ? 'yours' : undefined));
}

/** A version as the picker shows it: branch, age, author, and whether it runs there already. */
export function versionOption(artifact: Artifact, nowMs: number, runs: string | undefined): Option {
  const age = spokenDuration(nowMs - epochMsOf(artifact.builtAt)).replace(/ \d+ [ms]$/, '');
  const name = artifact.version === runs ? `${artifact.version} (runs there now)` : artifact.version;
  return option(name, artifact.version, `${artifact.branch}, ${age} old, ${artifact.author.replace(/ <.*>$/, '')}`);
}

const commitsShown = 3;

function previewBlocks(preview: Preview): KnownBlock[] {
  if (preview.kind === 'refused') return [section(refusedWords(preview.reasons))];
  const { plan, reasons } = preview;
  const { version } = plan.artifact;
  const from = plan.from === null ? '' : `${foreign(plan.from.version, 130)} → `;
  if (preview.kind === 'unchanged')
    return [section(`*${foreign(version, 130)}* is there already: nothing would be written.`)];
  const title = `*${from}${foreign(version, 130)}* (${betweenWords(plan)})`;
  const chosen = plan.chosen === undefined ? [] : [`chosen: ${foreign(plan.chosen, 200)}`];
  const commits = plan.commits.slice(0, commitsShown).map(commitWords);
  const more = plan.commitCount - commits.length;
  const lines = plan.lines.slice(0, 3).map(({ path, line }) => code(`${path}:${line}`, 150));
  const quiet = [...chosen, ...commits, ...(more > 0 && commits.length > 0 ? [`… ${more} more`] : []), ...lines];
  const standing = standingIn(reasons, preview.overridden);
  return [section(title), ...(quiet.length === 0 ? [] : [context(quiet.join(' · '))]), section(standing)];
}
