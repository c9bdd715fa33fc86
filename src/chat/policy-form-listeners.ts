import { guarded, type ListenerPorts } from './guarded.ts';
import { submitPolicyForm } from './handlers/policy.ts';
import { askedIn } from './handlers/release-form.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { policyFormName } from './views/policy-form.ts';
import { previewReply } from './views/policy-preview.ts';

/** The form of `/release policy add`: its answer is the preview, as for the typed command. */
export function listenToPolicyForm({ app }: Pick<SlackApp, 'app'>, ports: ListenerPorts): void {
  app.view(policyFormName, async ({ body, view, ack }) => {
    const asked = askedIn(view.private_metadata);
    const outcome = await guarded(ports, body.user.id, asked, `view:${view.id}`, async (asker) => {
      const submitted = await submitPolicyForm(ports, asker, view.state);
      if (submitted.kind === 'preview') return { body: previewReply(submitted.preview) };
      await ack({ response_action: 'errors', errors: { ...submitted.errors } });
      return { body: null };
    });
    if (outcome.body === null) return;
    await ack();
    await ports.whispers.whisper(asked, body.user.id, outcome.body);
  });
}
