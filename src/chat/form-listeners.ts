import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { firstWord } from './first-word.ts';
import { guarded, type ListenerPorts } from './guarded.ts';
import {
  askedIn,
  filledIn,
  formWith,
  type Previewed,
  previewFilled,
  submitForm,
  suggestServices,
  suggestVersions,
} from './handlers/release-form.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { releaseFormName } from './views/release-form.ts';

const viewSchema = z.object({
  id: z.string(),
  hash: z.string(),
  private_metadata: z.string(),
  state: z.object({ values: z.unknown() }),
});
const rememberedForms = 500;
const bodySchema = z.object({ user: z.object({ id: z.string() }), trigger_id: z.string(), view: viewSchema });
const askedForSchema = bodySchema.omit({ trigger_id: true });

/** The form of `/release` alone: options while one types, a preview after every choice, and what was sent. */
export function listenToForm({ app, updateModal }: Pick<SlackApp, 'app' | 'updateModal'>, ports: ListenerPorts): void {
  /** What each open form shows; whatever is asked for is decided anew. */
  const shown = new Map<string, Previewed>();
  const withMembers = { ...ports, membersOf: ports.directory.membersOf };

  app.options('form.service', async ({ body, options, ack }) => {
    await ack({ options: await offered(() => suggestServices(withMembers, body.user.id, options.value)) });
  });
  app.options('form.version', async ({ body, options, ack }) => {
    const { view } = askedForSchema.parse(body);
    await ack({ options: await offered(() => suggestVersions(ports, filledIn(view.state.values), options.value)) });
  });

  app.action(/^form\./, async ({ body, ack }) => {
    await ack();
    const { user, trigger_id, view } = bodySchema.parse(body);
    const about = view.private_metadata;
    await guarded(ports, user.id, askedIn(about), `form:${trigger_id}`, async (asker) => {
      const previewed = await previewFilled(ports, asker, view.state.values);
      if (shown.size >= rememberedForms) shown.clear();
      shown.set(view.id, previewed);
      await updateModal(view, formWith(ports, previewed, about));
      return { body: null };
    });
  });

  app.view(releaseFormName, async ({ body, ack }) => {
    const { user, view } = askedForSchema.parse(body);
    const asked = askedIn(view.private_metadata);
    const outcome = await guarded(ports, user.id, asked, `view:${view.id}`, async (asker) => {
      const submitted = await submitForm(ports, asker, view.state.values, shown.get(view.id));
      if (submitted.kind === 'accepted') return submitted.accepted;
      await ack({ response_action: 'errors', errors: { ...submitted.errors } });
      return { body: null };
    });
    if (outcome.body === null) return;
    await ack();
    const said = await firstWord(ports, outcome);
    if (said !== null) await ports.whispers.whisper(asked, user.id, said);
  });

  /** A picker without options is better than one that hangs. */
  async function offered<T>(ask: () => Promise<T[]>): Promise<T[]> {
    try {
      return (await ask()).slice(0, 100);
    } catch (error) {
      ports.log.warn({ err: messageOf(error) }, 'a picker got no options');
      return [];
    }
  }
}
