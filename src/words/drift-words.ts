import { type Drift, signalOf } from '../vocabulary/drift.ts';
import { code, foreign } from './blocks.ts';

const hidden = /^\(hidden, [0-9a-f]+\)$/;

/** A value as it is shown: what was hidden when it was kept stays so. */
export function valueWords(value: string, limit = 400): string {
  if (value === '') return 'not set';
  return hidden.test(value) ? 'a hidden value' : code(value, limit);
}

/** `by kubectl edit (field manager kubectl-edit)`: the client; people are not in the objects. */
export function byClient(manager: string): string {
  if (manager === '') return '';
  const owner = `field manager ${code(manager, 80)}`;
  const verb = /^kubectl(?:-([a-z-]+))?$/.exec(manager);
  if (verb !== null) return `by kubectl${verb[1] === undefined ? '' : ` ${verb[1].replaceAll('-', ' ')}`} (${owner})`;
  return manager === 'flux' ? `by the flux CLI (${owner})` : `by ${owner}`;
}

function placeOf({ object, cluster }: Drift): string {
  return `*${foreign(object, 200)}* on ${foreign(cluster, 80)}`;
}

function fieldWords({ field, live, wanted }: Drift): string {
  if (hidden.test(live) && hidden.test(wanted)) return `${code(field, 200)} has another value than in Git (not shown)`;
  const should = wanted === '' ? 'Git says otherwise' : `Git says ${valueWords(wanted)}`;
  return `${code(field, 200)} is ${valueWords(live)}, ${should}`;
}

/** What differs, as a sentence without its end; who and since when are said beside it. */
export function whatDrifts(drift: Drift): string {
  const place = placeOf(drift);
  const note = drift.note === undefined || drift.note === '' ? '' : `: ${foreign(drift.note, 500)}`;
  switch (signalOf(drift)) {
    case 'edit':
      return `${place} does not match Git: ${fieldWords(drift)}`;
    case 'deleted':
      return `${place} was deleted live, and Git still holds it`;
    case 'corrected':
      return `Flux put ${place} back as Git says: it was ${drift.live === 'deleted' ? 'deleted' : 'changed'} live, and Sluice did not see by what`;
    case 'flapping':
      return drift.field === 'object'
        ? `Flux corrects ${place} on every run: something writes to it again each time`
        : `Flux corrects ${place} on every run: ${code(drift.field, 200)} is set to ${valueWords(drift.live)} again each time`;
    case 'restart':
      return `The pods of ${place} were restarted by hand`;
    case 'helm':
      return `${place} is not as it was released: ${foreign(drift.live, 400)}`;
    case 'opt-out':
      return optOutWords(drift, place);
    case 'suspended':
      return `${place} is suspended: ${suspendedWords(drift)}`;
    case 'stuck':
      return `${place} fails (${code(drift.live, 100)})${note}`;
    case 'behind':
      return `${place} does not follow Git: it holds ${code(drift.live, 60)} and has not taken ${code(drift.wanted, 60)}`;
    case 'image':
      return `${place} runs another image than Git says, although Flux has applied everything: ${fieldWords(drift)}`;
    case 'outside':
      return `*${foreign(drift.service ?? '', 80)}* in ${foreign(drift.environment, 80)} was changed in Git by somebody else than Sluice: ${valueWords(drift.wanted, 130)} → ${valueWords(drift.live, 130)}${note}`;
    case 'apart':
      return `The clusters of ${foreign(drift.environment, 80)} run different versions of *${foreign(drift.service ?? '', 80)}*: ${foreign(drift.live, 400)}. Git says ${valueWords(drift.wanted, 130)}`;
    case 'orphan':
      return `${place} carries the mark of ${code(drift.appliedBy ?? drift.live, 200)}, which does not apply it any more${note}`;
    case 'silent':
      return `Flux is silent: ${place} ${note === '' ? 'has not run' : 'does nothing'}, although ${foreign(drift.wanted, 100)} is due${note}`;
    case 'many':
      return `${foreign(drift.cluster, 80)} differs from Git in many places at once (${foreign(drift.live, 60)})${note}`;
  }
}

/** What somebody told Flux to leave alone, or what differs because of it. */
function optOutWords(drift: Drift, place: string): string {
  const { field, live, note = '' } = drift;
  const value = `${code(field, 200)} is ${valueWords(live)}`;
  switch (field) {
    case 'spec.prune':
      return `Flux was told by hand to keep what Git takes out of ${place}: ${value}`;
    case 'spec.ignore':
      return `Flux was told by hand to leave fields of what ${place} applies alone: ${value}`;
    case 'spec.driftDetection.mode':
      return `Flux was told by hand not to look for drift of ${place}: ${value}`;
  }
  if (!field.startsWith('metadata.'))
    return `${place} does not match Git, and Flux leaves it alone (${code(note, 200)}): ${fieldWords(drift)}`;
  const edits = note === '' ? '' : `. Changed meanwhile: ${code(note, 400)}`;
  return `Flux was told by hand to leave ${place} alone: ${value}${edits}`;
}

function suspendedWords({ object }: Drift): string {
  switch (object.split('/')[0]) {
    case 'Receiver':
      return 'Flux hears of a push only when it looks by itself';
    case 'Alert':
      return 'it tells nobody anything';
    case 'ImageUpdateAutomation':
      return 'it writes no new versions to Git';
    case 'ArtifactGenerator':
      return 'its artifacts stay as they are';
    default:
      return 'nothing that is written to Git gets there';
  }
}

/** `flux reconcile kustomization shop -n flux-system --with-source`; null where Flux has no such command. */
export function fluxCommand(verb: 'reconcile' | 'resume', object: string | undefined): string | null {
  const [kind, namespace, name] = (object ?? '').split('/');
  const word = {
    Kustomization: 'kustomization',
    HelmRelease: 'helmrelease',
    GitRepository: 'source git',
    OCIRepository: 'source oci',
    Receiver: 'receiver',
    Alert: 'alert',
    ImageUpdateAutomation: 'image update',
  }[kind ?? ''];
  if (word === undefined || name === undefined || (verb === 'reconcile' && word === 'alert')) return null;
  const withSource = verb === 'reconcile' && /^(kustomization|helmrelease)$/.test(word) ? ' --with-source' : '';
  return `flux ${verb} ${word} ${name} -n ${namespace}${withSource}`;
}
