import { isObject } from './block-rules.ts';
import type { Outcome } from './commands.ts';
import type { Company, User } from './company.ts';
import type { Sockets } from './sockets.ts';
import type { Triggers } from './triggers.ts';
import { type OpenView, type Views, type ViewValues, wireView } from './views.ts';

/** `errors`: what is wrong with what was filled in, by block; the modal stays open. */
export interface Submitted extends Outcome {
  readonly errors?: Readonly<Record<string, string>>;
}

/** What people do with the modals in front of them. */
export function createSubmissions(ports: {
  readonly company: Company;
  readonly triggers: Triggers;
  readonly views: Views;
  readonly sockets: Sockets;
  readonly verificationToken: string;
}) {
  const { company, views } = ports;
  const find = (user: User, id: string) => views.of(user.id).find((view) => view.id === id);
  return {
    async submit(user: User, id: string, values: ViewValues): Promise<Submitted> {
      const open = find(user, id);
      if (open === undefined) return { ok: false, notice: 'This dialog is not open anymore.' };
      const errors = unfit(open, values);
      if (Object.keys(errors).length > 0) return { ok: false, errors };
      const delivery = await ports.sockets.deliver({
        type: 'interactive',
        payload: {
          type: 'view_submission',
          team: { id: company.team.id, domain: company.team.domain },
          user: { id: user.id, username: user.name, name: user.name, team_id: company.team.id },
          api_app_id: company.app.id,
          token: ports.verificationToken,
          trigger_id: ports.triggers.create(user.id),
          view: wireView(open, company, values),
          response_urls: [],
          is_enterprise_install: false,
          enterprise: null,
        },
        accepts_response_payload: true,
        lostWithSocket: false,
      });
      if (delivery.kind !== 'acked') return { ok: false, notice: 'We had some trouble connecting. Try again?' };
      const { response_action: answer, errors: refused } = delivery.payload;
      if (answer === 'errors' && isObject(refused))
        return {
          ok: false,
          errors: Object.fromEntries(Object.entries(refused).map(([block, text]) => [block, String(text)])),
        };
      views.close(id);
      return { ok: true };
    },
    dismiss(user: User, id: string): Outcome {
      if (find(user, id) !== undefined) views.close(id);
      return { ok: true };
    },
  };
}

/** What Slack's own client refuses before it asks the app. */
function unfit({ view }: OpenView, values: ViewValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const block of Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : []) {
    const element = block['element'];
    if (block['type'] !== 'input' || !isObject(element)) continue;
    const id = String(block['block_id']);
    const state = values[id]?.[String(element['action_id'])];
    const text = state?.['value'];
    const length = typeof text === 'string' ? text.length : 0;
    const isEmpty = length === 0 && state?.['selected_option'] === undefined;
    if (isEmpty && block['optional'] !== true) errors[id] = 'Please complete this required field.';
    else if (!isEmpty && typeof element['max_length'] === 'number' && length > element['max_length'])
      errors[id] = `This must be at most ${element['max_length']} characters.`;
    else if (!isEmpty && typeof element['min_length'] === 'number' && length < element['min_length'])
      errors[id] = `This must be at least ${element['min_length']} characters.`;
  }
  return errors;
}
