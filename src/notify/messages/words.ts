import { epochMsOf, type Instant } from '../../doors/time.ts';
import { isAutomatic, type Release, versionOf as versionIn } from '../../vocabulary/release.ts';
import { approversOf } from '../../vocabulary/votes.ts';
import { foreign, type MessageBody, mention, spoken } from '../../words/blocks.ts';

/** A moment in the reader's own time zone (Slack's date formatting), with UTC for those who cannot show it. */
export function when(instant: Instant): string {
  return `<!date^${Math.floor(epochMsOf(instant) / 1000)}^{time}|${instant.slice(11, 16)} UTC>`;
}

/** A moment that may be of another day: `today at 10:44`. */
export function dayAndTime(instant: Instant): string {
  const utc = `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
  return `<!date^${Math.floor(epochMsOf(instant) / 1000)}^{date_short_pretty} at {time}|${utc}>`;
}

/** Blocks with their sentence: `text` is the same words without markup. */
export function message(sentence: string, blocks: MessageBody['blocks']): MessageBody {
  return { text: spoken(sentence), blocks };
}

/** As many whole lines as a section takes, and how many are left out: a cut line could end inside of a mention or a link. */
export function fitting(lines: readonly string[], limit = 2_900): string {
  let left = limit;
  const end = lines.findIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return end === -1 ? lines.join('\n') : [...lines.slice(0, end), `… ${lines.length - end} more`].join('\n');
}

/** `@bo and @cy`, `@bo, @cy and @mia`. */
export function people(users: readonly string[]): string {
  const all = [...users.slice(0, 20).map(mention), ...(users.length > 20 ? [`${users.length - 20} others`] : [])];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

export function serviceOf(release: Release): string {
  return foreign(release.request.service, 80);
}

export function versionOf(release: Release): string {
  return foreign(versionIn(release), 130);
}

/** `web 1.4.1 → 1.4.2`. */
export function stepOf(release: Release): string {
  const from = release.plan?.from?.version;
  return `${serviceOf(release)} ${from === undefined ? '' : `${foreign(from, 130)} → `}${versionOf(release)}`.trim();
}

/** `@ana`; for what goes by itself, the author of the artifact as well. */
export function requesterOf({ request }: Release): string {
  const { user, name } = request.requester;
  if (isAutomatic(request) && request.intent === 'rollback') return 'Sluice itself (on-failure)';
  return isAutomatic(request) ? `${mention(user)} (built by ${foreign(name, 80)})` : mention(user);
}

/** `Asked by Ana.`: where nobody is to be called. */
export function namedCredits({ request }: Release): string {
  const who =
    isAutomatic(request) && request.intent === 'rollback'
      ? 'Sluice itself (on-failure)'
      : foreign(request.requester.name, 80);
  return `${request.intent === 'rollback' ? 'Rolled back' : 'Asked'} by ${who}.`;
}

/** `Asked by @ana, approved by @bo and @cy.` */
export function credits(release: Release): string {
  const voters = approversOf(release).map(({ user }) => user);
  const approved = voters.length === 0 ? '' : `, approved by ${people(voters)}`;
  return `${release.request.intent === 'rollback' ? 'Rolled back' : 'Asked'} by ${requesterOf(release)}${approved}.`;
}
