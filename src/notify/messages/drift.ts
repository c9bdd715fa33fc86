import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import { type Drift, type DriftSignal, signalOf } from '../../vocabulary/drift.ts';
import type { Mute } from '../../vocabulary/mute.ts';
import {
  actions,
  button,
  code,
  context,
  foreign,
  type KnownBlock,
  type MessageBody,
  mention,
  section,
} from '../../words/blocks.ts';
import { byClient, fluxCommand, whatDrifts } from '../../words/drift-words.ts';
import { dayAndTime, message, when } from './words.ts';

/** What a reconcile can help with. */
const reconcilable: ReadonlySet<DriftSignal> = new Set(['edit', 'deleted', 'helm', 'stuck', 'behind', 'image']);

/** One quiet line each: nothing to do about them. */
type Quiet = 'restart' | 'corrected';
const isQuiet = (signal: DriftSignal): signal is Quiet => signal === 'restart' || signal === 'corrected';

/** One message for a drift, from its first sight to its end; `mute` is one of its whole environment. */
export function driftMessage(drift: Drift, mute?: Mute): MessageBody {
  const signal = signalOf(drift);
  const by = whoAndWhen(drift);
  if (isQuiet(signal)) return quietMessage(drift, by);
  if (drift.state.kind === 'ended') return endedMessage(drift, by);
  const sentence = `${whatDrifts(drift)}.${by === '' ? '' : ` ${by}`}`;
  const muted = muteWords(drift, mute);
  const asked =
    drift.asked === undefined
      ? []
      : [`${mention(drift.asked.by.user)} asked Flux for a run at ${when(drift.asked.at)}.`];
  const hints = [...hintsOf(drift, signal), ...asked, ...(muted === null ? [] : [muted])];
  return message(sentence, [section(sentence), context(...hints), ...buttonsOf(drift)]);
}

function quietMessage(drift: Drift, by: string): MessageBody {
  const next =
    signalOf(drift) === 'corrected'
      ? ''
      : drift.state.kind === 'open'
        ? ' Flux takes that back at its next run, which restarts them once more; no version changes.'
        : ' Flux has taken that back, so they restarted once more; no version has changed.';
  const sentence = `${whatDrifts(drift)}.${by === '' ? '' : ` ${by}`}${next}`;
  return message(sentence, [context(sentence)]);
}

function endedMessage(drift: Drift, by: string): MessageBody {
  const sentence = `${endWords(drift)}.`;
  return message(sentence, [section(sentence), context(`It was: ${whatDrifts(drift)}. ${by}`.trim())]);
}

function whoAndWhen(drift: Drift): string {
  const { manager, since } = drift;
  const signal = signalOf(drift);
  const by = byClient(manager);
  // A drift may be days old.
  const moment = dayAndTime(since);
  return signal === 'many' || by === '' ? `Since ${moment}.` : `${deedOf(drift, signal)} ${by}, ${moment}.`;
}

/** What the client did. */
function deedOf({ field }: Drift, signal: DriftSignal): string {
  if (signal === 'suspended') return 'Suspended';
  if (signal === 'restart') return 'Restarted';
  return signal === 'opt-out' && field.startsWith('metadata.') ? 'Told' : 'Changed';
}

function endWords(drift: Drift): string {
  if (drift.state.kind !== 'ended') return '';
  const place = `*${foreign(drift.object, 200)}* on ${foreign(drift.cluster, 80)}`;
  const lasted = spokenDuration(epochMsOf(drift.state.at) - epochMsOf(drift.since));
  if (drift.state.how === 'gone') return `${place} is gone after ${lasted}`;
  const released = drift.state.how === 'released';
  switch (signalOf(drift)) {
    case 'suspended':
      return `${place} is resumed after ${lasted}`;
    case 'stuck':
      return `${place} reconciles again after ${lasted}`;
    case 'behind':
      return `${place} has caught up with Git after ${lasted}`;
    case 'silent':
      return `Flux runs again for ${place}, after ${lasted}`;
    case 'deleted':
      return released
        ? `Git does not hold ${place} any more either`
        : `${place} is back: Flux made it again after ${lasted}`;
    case 'apart':
      return `The clusters of ${foreign(drift.environment, 80)} run the same version of *${foreign(drift.service ?? '', 80)}* again after ${lasted}`;
    case 'outside':
      return `Git holds again of *${foreign(drift.service ?? '', 80)}* in ${foreign(drift.environment, 80)} what Sluice wrote last, after ${lasted}`;
    case 'many':
      return `${foreign(drift.cluster, 80)} matches Git again after ${lasted}`;
    case 'flapping':
      return `Flux does not correct ${place} on every run any more`;
    default:
      return `${place} matches Git again: ${released ? `released since, after ${lasted}` : `corrected by Flux after ${lasted}`}`;
  }
}

/** What follows by itself, or what to type. */
function hintsOf(drift: Drift, signal: Exclude<DriftSignal, Quiet>): readonly [string, ...string[]] {
  const { appliedBy, field, service, environment } = drift;
  switch (signal) {
    case 'edit':
    case 'deleted':
      return appliedBy?.startsWith('HelmRelease/') === true
        ? [
            `helm-controller puts it right only where ${code('spec.driftDetection.mode')} is ${code('enabled')}, or at the next release.`,
          ]
        : ['Flux puts it right at its next run, unless somebody stopped it. Nothing is done from here.'];
    case 'flapping':
      return [
        field === 'spec.replicas'
          ? `Take ${code('spec.replicas')} out of Git, so that the autoscaler alone owns it.`
          : `Take the field out of Git, name it in ${code('spec.ignore')} of the Kustomization, or stop what writes it; empty and null fields in a manifest do this too.`,
      ];
    case 'opt-out':
      if (field.startsWith('spec.') && /^(Kustomization|HelmRelease)\//.test(drift.object))
        return ['The Kustomization that applies it puts it right at its next run, unless somebody stopped that one.'];
      return drift.note?.startsWith('spec.ignore') === true
        ? [`It stays so as long as ${code('spec.ignore')} of its Kustomization names the field.`]
        : ['It stays so until the annotation is taken away: Flux does not correct it.'];
    case 'suspended':
      return field.startsWith('metadata.')
        ? ['Take the annotation away to resume it.']
        : [`Resume it with ${code(fluxCommand('resume', appliedBy) ?? 'flux resume')}`];
    case 'stuck':
      return ['Flux tries again by itself; until then, what is new in Git does not get in.'];
    case 'helm':
      return [`It is put right at the next run only where ${code('spec.driftDetection.mode')} is ${code('enabled')}.`];
    case 'outside':
      return ['It went past approvals and policies. Releasing the service with Sluice closes this.'];
    case 'orphan':
      return ['Delete it, or let Git hold it again: nobody keeps it as Git says.'];
    case 'silent':
      return [`Look at it with ${code('flux check')} and ${code('kubectl get pods -n flux-system')}`];
    case 'many':
      return [`All of them: ${code(`/release drift ${environment}`)}`];
    case 'behind':
      return ['Its interval and its timeout have passed since, and nothing says that it fails or is suspended.'];
    case 'image':
      return ['An admission webhook, or a controller that writes images, may have put it there.'];
    case 'apart':
      return [`Each step on each cluster: ${code(`/release status ${service ?? ''} ${environment}`)}`];
  }
}

function muteWords({ muted }: Drift, mute: Mute | undefined): string | null {
  if (muted !== undefined)
    return `Muted by ${mention(muted.by.user)} ${muted.until === undefined ? 'until it ends' : `until ${when(muted.until)}`}.`;
  if (mute === undefined) return null;
  return `Drift in ${foreign(mute.environment, 80)} is muted by ${mention(mute.by.user)} until ${when(mute.until)}.`;
}

/** Every click is looked at again: the buttons only carry what they are about. */
function buttonsOf(drift: Drift): KnownBlock[] {
  const signal = signalOf(drift);
  const value = drift.id;
  return [
    actions(
      ...(reconcilable.has(signal) ? [button({ text: 'Reconcile', action: 'drift.reconcile', value })] : []),
      button({ text: signal === 'many' ? 'Show all' : 'Show diff', action: 'drift.diff', value }),
      button({ text: 'Mute', action: 'drift.mute', value }),
    ),
  ];
}
