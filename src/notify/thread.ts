import type { ApprovalDemand } from '../vocabulary/reasons.ts';
import type { Posted, Release } from '../vocabulary/release.ts';
import { foreign, type MessageBody, mention, preformatted, section } from '../words/blocks.ts';
import { addressee, callable } from './author.ts';
import { tellFinalWord } from './final-word.ts';
import { asksToConfirm } from './messages/approval.ts';
import type { ArrivalSection } from './messages/arrival.ts';
import { overrideNews } from './messages/override.ts';
import { needsGo } from './messages/release.ts';
import { detailSections } from './messages/request.ts';
import { fitting, message, stepOf } from './messages/words.ts';
import type { Outbox, Told } from './outbox.ts';
import type { NotifyPorts } from './ports.ts';
import type { Position } from './position.ts';
import { reminder } from './reminder.ts';

const linesAtOnce = 50;

/** What edits cannot do is told in the thread: the log's lines, a call for votes, and how it ended. */
export async function tellThread(
  ports: NotifyPorts,
  outbox: Outbox,
  release: Release,
  posted: Posted,
  before: Position,
  arrival: ArrivalSection | null,
): Promise<Told> {
  const subject = `release/${release.id}`;
  let position = before;
  const note = async (said: Partial<Position>): Promise<void> => {
    position = { ...position, ...said };
    await outbox.save(subject, position);
  };
  /** Says it in the thread and remembers that it was said; false where it has to wait. */
  const say = async (body: MessageBody | null, said: Partial<Position>, broadcast = false): Promise<Told> => {
    const told =
      body === null ? null : await outbox.say(subject, posted.channel, body, { thread: posted.ts, broadcast });
    if (told !== null && 'kind' in told) return told;
    await note(said);
    return outbox.done;
  };

  const lines = await ports.entries(subject, position.cursor, linesAtOnce);
  const last = lines.at(-1);
  if (last !== undefined) {
    const told = await say(logLines(lines), { cursor: last.cursor });
    if (told.kind === 'later') return told;
  }

  const news = position.overrideTold ? null : overrideNews(release);
  if (news !== null) {
    const told = await say(news, { overrideTold: true }, true);
    if (told.kind === 'later') return told;
  }

  const demands = openDemands(release);
  const bound = release.decision?.bound ?? null;
  if (demands.length > 0 && bound !== position.asked) {
    const told = await say(await callForVotes(ports, release, demands), { asked: bound });
    if (told.kind === 'later') return told;
  }

  const remindedAt = release.state.kind === 'held' ? release.decision?.remindedAt : undefined;
  if (remindedAt !== undefined && remindedAt !== position.reminded) {
    const unreminded = position;
    await note({ reminded: remindedAt });
    const told = await say(await reminder(ports, release, demands), {});
    // What has to wait was not sent.
    if (told.kind === 'later') await note(unreminded);
    if (told.kind === 'later') return told;
  }

  if (needsGo(release) && position.asked !== askedToGo) {
    const told = await say(await callForGo(ports, release), { asked: askedToGo });
    if (told.kind === 'later') return told;
  } else if (!needsGo(release) && position.asked === askedToGo) {
    const told = await say(null, { asked: null });
    if (told.kind === 'later') return told;
  }

  return tellFinalWord(ports, outbox, release, posted, arrival);
}

const askedToGo = 'go';

async function callForGo(ports: NotifyPorts, release: Release): Promise<MessageBody> {
  const { environment } = release.request;
  const what = release.decision?.reasons[0]?.text ?? '';
  const text = `${await addressee(ports, release)} ${foreign(what, 100)}, and ${stepOf(release)} may go to ${foreign(environment, 80)}: press Go or Cancel above.`;
  return message(text, [section(text)]);
}

interface Line {
  readonly entry: { readonly text?: string | undefined; readonly quote?: string | undefined };
}

function logLines(lines: readonly Line[]): MessageBody | null {
  const words = lines.flatMap(({ entry }) => (entry.text === undefined ? [] : entry.text.split('\n')));
  const shown = fitting(words.filter((line) => line.trim() !== '').map((line) => foreign(line, 400)));
  if (shown === '') return null;
  const quotes = lines.flatMap(({ entry }) =>
    entry.quote === undefined ? [] : [preformatted(entry.quote.split('\n'))],
  );
  return message(shown, [section(shown), ...quotes.slice(-5).map((quote) => section(quote))]);
}

function openDemands(release: Release): readonly ApprovalDemand[] {
  if (release.state.kind !== 'held') return [];
  return (release.decision?.reasons ?? []).flatMap(({ demand }) => demand ?? []);
}

function asksAgain({ votes, decision }: Release): boolean {
  return votes.some(({ vote, bound }) => vote === 'approve' && bound !== decision?.bound);
}

/** Groups are called by their mention; where only people are named, they are. */
async function callForVotes(
  ports: NotifyPorts,
  release: Release,
  demands: readonly ApprovalDemand[],
): Promise<MessageBody> {
  const names = [...new Set(demands.flatMap(({ from }) => from))];
  const groups = names.filter((name) => name.startsWith('@')).slice(0, 10);
  const able = [...new Set(demands.flatMap(({ may }) => may))];
  const people = await callable(
    ports,
    able.filter((user) => user !== release.request.requester.user),
    release,
  );
  const called =
    groups.length > 0
      ? await Promise.all(
          groups.map(async (handle) => {
            const mentioned = await ports.mentionOf(handle);
            return mentioned.startsWith('<!subteam^') ? mentioned : foreign(handle, 80);
          }),
        )
      : people.slice(0, 10).map(mention);
  const who = called.length === 0 ? 'Approvers' : called.join(' ');
  const text = `${who}: ${mention(release.request.requester.user)} ${asksToConfirm(release) ? 'overrides approvals and needs a second operator to confirm' : `asks for your vote ${asksAgain(release) ? 'again ' : ''}on`} ${stepOf(release)} in ${foreign(release.request.environment, 80)}.`;
  const { plan } = release;
  return message(text, [section(text), ...(plan === undefined ? [] : detailSections(plan))]);
}
