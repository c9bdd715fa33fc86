import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { within } from '../doors/time.ts';
import type { MessageBody } from '../words/blocks.ts';
import { acceptOnce, asksForOne } from './accept-once.ts';
import { act, isForm, isRequest } from './act.ts';
import { firstWord } from './first-word.ts';
import { listenToForm } from './form-listeners.ts';
import { parse, type Said } from './grammar.ts';
import { guarded, type ListenerPorts } from './guarded.ts';
import { click } from './handlers/buttons.ts';
import { emptyPolicyForm } from './handlers/policy.ts';
import { askedIn, rejectModalName, submitReject } from './handlers/reject-modal.ts';
import { emptyForm } from './handlers/release-form.ts';
import { listenToJoins } from './join-listeners.ts';
import { listenToMentions } from './mention-listeners.ts';
import { listenToPolicyForm } from './policy-form-listeners.ts';
import type { Asker } from './ports.ts';
import { claimOf } from './slack/claim.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { helpReply } from './views/help.ts';

const slashSchema = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string(),
});
const clickSchema = z.object({
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  container: z
    .object({
      channel_id: z.string().optional(),
      thread_ts: z.string().optional(),
      message_ts: z.string().optional(),
      is_ephemeral: z.boolean().optional(),
    })
    .optional(),
  trigger_id: z.string(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().default('') })).min(1),
});

/** What was filled in, by block and element. */
const valuesSchema = z.object({
  values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))),
});

/** Slack shows an error after 3 s without an acknowledgement; whatever is slower says so first. */
const ackWithinMs = 2_000;

/** Every way into Sluice from Slack. Listeners acknowledge, write one thing down, and answer; nothing here waits for Git. */
export function listen(
  {
    app,
    client,
    openModal,
    updateModal,
    post,
    postedAs,
  }: Pick<SlackApp, 'app' | 'client' | 'openModal' | 'updateModal' | 'post' | 'postedAs'>,
  ports: ListenerPorts,
): void {
  app.command(/^\/(release|rollback)$/, async ({ body, ack, respond, context }) => {
    const slash = slashSchema.parse(body);
    const said: Said = slash.command === '/rollback' ? '/rollback' : '/release';
    const parsed = parse(slash.text, said, ports.catalog.names());
    const asked = { channel: slash.channel_id };
    const claim = claimOf(context);
    // One release is claimed by the write that accepts it, everything else before anything is done.
    if (claim !== undefined && !asksForOne(parsed) && !(await claim.take())) return;
    if (parsed.kind === 'command' && isForm(parsed.command)) {
      const empty = parsed.command.kind === 'form' ? emptyForm(ports, asked) : emptyPolicyForm(ports, asked);
      await ack();
      const form = await guarded(ports, slash.user_id, asked, `slash:${slash.trigger_id}`, async () => ({
        body: (await openModal(slash.trigger_id, empty))
          ? null
          : helpReply(parsed.command.kind === 'form' ? undefined : 'policy', ports.catalog.names()),
      }));
      if (form.body !== null) await respond({ response_type: 'ephemeral', ...form.body });
      return;
    }
    const speak = (message: MessageBody) =>
      respond({ response_type: 'ephemeral', replace_original: false, ...message }).then(() => {});
    const asking = [slash.user_id, asked, `slash:${slash.trigger_id}`, parsed] as const;
    const acted =
      claim !== undefined && asksForOne(parsed) ? acceptOnce(ports, claim, ...asking) : act(ports, ...asking);
    const outcome = acted.then((done) => {
      if (done?.release !== undefined) ports.whispers.remember(done.release.id, speak);
      return done;
    });
    // A request is one durable write, which is waited for: what is acknowledged stands. A look-up is not waited for.
    const waits = parsed.kind === 'mistake' || isRequest(parsed.command);
    const soon = waits ? await within(ackWithinMs, outcome) : 'not waited for';
    if (soon === null) return;
    if (typeof soon === 'object' && soon.release === undefined)
      return ack({ response_type: 'ephemeral', ...soon.body });
    if (soon === 'late') await ack({ response_type: 'ephemeral', text: slowly });
    else await ack();
    const done = await outcome;
    if (done !== null) await tell(ports, speak, asked, slash.user_id, done);
  });

  listenToMentions({ app, post, postedAs }, ports);
  listenToJoins({ app, client, post }, ports);

  app.action(/^(release|hold|notice|drift|mute|policy|history)\./, async ({ body, ack, respond }) => {
    await ack();
    const clicked = clickSchema.parse(body);
    const channel = clicked.channel?.id ?? clicked.container?.channel_id ?? clicked.user.id;
    // The first message of a thread stands in the channel, and so does the answer to a click on it.
    const { thread_ts: root, message_ts: own } = clicked.container ?? {};
    const thread = root === own ? undefined : root;
    const asked = { channel, ...(thread === undefined ? {} : { thread }) };
    const [action] = clicked.actions;
    const outcome = await guarded(ports, clicked.user.id, asked, `click:${clicked.trigger_id}`, (asker) =>
      click(ports, asker, action?.action_id ?? '', action?.value ?? '', (view) => openModal(clicked.trigger_id, view)),
    );
    const speak = async (message: MessageBody): Promise<void> => {
      const whole = {
        response_type: 'ephemeral' as const,
        replace_original:
          'replaces' in outcome && outcome.replaces === true && clicked.container?.is_ephemeral === true,
        ...(thread === undefined ? {} : { thread_ts: thread }),
        ...message,
      };
      // A click in the Home tab comes without a way to answer it there.
      if (clicked.container?.message_ts === undefined) await ports.whispers.whisper(asked, clicked.user.id, message);
      else await respond(whole);
    };
    if (outcome.release !== undefined) ports.whispers.remember(outcome.release.id, speak);
    await tell(ports, speak, asked, clicked.user.id, outcome);
  });

  listenToForm({ app, updateModal }, ports);
  listenToPolicyForm({ app }, ports);

  app.view(rejectModalName, async ({ body, view, ack }) => {
    await ack();
    const asked = askedIn(view.private_metadata);
    const { because } = valuesSchema.parse(view.state).values;
    const outcome = await guarded(ports, body.user.id, asked, `view:${view.id}`, async (asker) => ({
      body: await submitReject(ports, asker, view.private_metadata, because?.['because']?.value ?? ''),
    }));
    if (outcome.body !== null) await ports.whispers.whisper(asked, body.user.id, outcome.body);
  });

  for (const event of ['subteam_members_changed', 'subteam_updated', 'subteam_created'] as const) {
    app.event(event, ports.directory.forget);
  }
  app.event('user_change', ports.directory.forget);
}

const slowly = 'Sluice is slow just now. Its answer follows here; nothing is promised until then.';

/** By the way that the payload came, or by any other that Slack still offers. */
async function tell(
  ports: ListenerPorts,
  speak: (body: MessageBody) => Promise<void>,
  asked: Asker['asked'],
  user: string,
  outcome: Parameters<typeof firstWord>[1],
): Promise<void> {
  const body = await firstWord(ports, outcome);
  if (body === null) return;
  const { release } = outcome;
  const about = release === undefined ? {} : { release: release.id };
  try {
    await speak(body);
  } catch (error) {
    ports.log.info({ ...about, err: messageOf(error) }, 'a response url did not take an answer');
    const sent = await ports.whispers.whisper(asked, user, body);
    if (sent.kind !== 'sent') ports.log.warn({ ...about, user, because: sent.because }, 'an answer could not be given');
  }
}
