import { viewProblems } from './block-limits.ts';
import { isObject } from './block-rules.ts';
import type { Outcome } from './commands.ts';
import type { Company, User } from './company.ts';
import { type JsonObject, jsonObjectSchema } from './message.ts';
import type { Transport } from './transport.ts';
import type { Triggers } from './triggers.ts';
import { elementsOf, held, stateOf, unfit } from './view-state.ts';
import type { OpenView, Views } from './views.ts';

/** What came of a submission: errors by block where the person has to look again. */
export interface Submitted extends Outcome {
  readonly errors?: Readonly<Record<string, string>>;
}

/** What is chosen and typed so far, by `block/action`. */
export type Given = Readonly<Record<string, unknown>>;

/** What people do in modals and in the Home tab. */
export type ViewInteractions = ReturnType<typeof createViewInteractions>;

export function createViewInteractions(ports: {
  readonly company: Company;
  readonly views: Views;
  readonly triggers: Triggers;
  readonly transport: Transport;
  readonly verificationToken: string;
  readonly nextTs: () => string;
}) {
  const { company, views, transport } = ports;
  const silent: Outcome = { ok: false, notice: `${company.app.name} is not responding.` };

  const common = (user: User) => ({
    user: { id: user.id, username: user.name, name: user.name, team_id: company.team.id },
    team: { id: company.team.id, domain: company.team.domain },
    api_app_id: company.app.id,
    token: ports.verificationToken,
    enterprise: null,
    is_enterprise_install: false,
  });
  const own = (user: User, id: string): OpenView | undefined => {
    const view = views.find(id);
    return view?.user === user.id ? view : undefined;
  };
  const deliver = (payload: JsonObject, answers: boolean) =>
    transport.deliver({ type: 'interactive', payload, accepts_response_payload: answers, lostWithSocket: false });

  /** Does what the app answered to a submission (`response_action`). */
  function respond(view: OpenView, answer: JsonObject): Submitted {
    const next = jsonObjectSchema.safeParse(answer['view']);
    switch (answer['response_action']) {
      case 'errors':
        return { ok: false, errors: isObject(answer['errors']) ? stringsOf(answer['errors']) : {} };
      case 'update':
      case 'push': {
        if (!next.success || viewProblems(next.data).length > 0)
          return { ok: false, notice: `${company.app.name} answered with a view that Slack would not take.` };
        const shown =
          answer['response_action'] === 'update' ? views.update(view.id, next.data) : views.push(view.user, next.data);
        return 'error' in shown ? { ok: false, notice: shown.error } : { ok: true };
      }
      case 'clear':
        views.close(view.id, true);
        return { ok: true };
      default:
        views.close(view.id);
        return { ok: true };
    }
  }

  return {
    async submit(user: User, id: string, given: Given): Promise<Submitted> {
      const view = own(user, id);
      if (view === undefined) return { ok: false, notice: 'This window is not open anymore.' };
      const state = stateOf(view.view, given);
      const errors = unfit(view.view, state);
      if (Object.keys(errors).length > 0) return { ok: false, errors };
      const payload = {
        type: 'view_submission',
        ...common(user),
        trigger_id: ports.triggers.create(user.id),
        view: wireView(view, company, state),
        response_urls: [],
      };
      const delivery = await deliver(payload, true);
      return delivery.kind === 'acked'
        ? respond(view, delivery.payload)
        : { ok: false, notice: 'We had some trouble connecting. Try again?' };
    },

    async close(user: User, id: string): Promise<Outcome> {
      const view = own(user, id);
      if (view === undefined) return { ok: true };
      views.close(id);
      if (view.view['notify_on_close'] === true)
        await deliver(
          { type: 'view_closed', ...common(user), view: wireView(view, company, {}), is_cleared: false },
          false,
        );
      return { ok: true };
    },

    /** A click or a choice in a view that the app wants to hear of at once. */
    async act(
      user: User,
      id: string,
      target: { readonly blockId: string; readonly actionId: string; readonly chosen?: unknown },
      given: Given,
    ): Promise<Outcome> {
      const view = own(user, id);
      const found =
        view === undefined
          ? undefined
          : elementsOf(view.view).find((each) => each.blockId === target.blockId && each.actionId === target.actionId);
      if (view === undefined || found === undefined)
        return { ok: false, notice: 'This window has changed; look again.' };
      const { type, element } = found;
      const value =
        type === 'button' || type === 'overflow' ? pressed(type, element, target.chosen) : held(type, target.chosen);
      const action = { type, action_id: found.actionId, block_id: found.blockId, action_ts: ports.nextTs(), ...value };
      const payload = {
        type: 'block_actions',
        ...common(user),
        container: { type: 'view', view_id: view.id },
        trigger_id: ports.triggers.create(user.id),
        view: wireView(view, company, stateOf(view.view, given)),
        actions: [action],
      };
      const { kind } = await deliver(payload, false);
      return kind === 'acked' ? { ok: true } : silent;
    },

    /** What an external select offers for what was typed so far. */
    async suggest(
      user: User,
      id: string,
      target: { readonly blockId: string; readonly actionId: string; readonly text: string },
      given: Given,
    ): Promise<readonly JsonObject[]> {
      const view = own(user, id);
      if (view === undefined) return [];
      const payload = {
        type: 'block_suggestion',
        ...common(user),
        container: { type: 'view', view_id: view.id },
        view: wireView(view, company, stateOf(view.view, given)),
        action_id: target.actionId,
        block_id: target.blockId,
        value: target.text,
      };
      const delivery = await deliver(payload, true);
      if (delivery.kind !== 'acked') return [];
      const { options, option_groups } = delivery.payload;
      const groups = Array.isArray(option_groups) ? option_groups.filter(isObject) : [];
      const lists = groups.length > 0 ? groups.map((group) => group['options']) : [options];
      return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : [])).slice(0, 100);
    },
  };
}

function pressed(type: string, { text, value, style, options }: JsonObject, chosen: unknown): JsonObject {
  if (type === 'button')
    return { text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) };
  const list = Array.isArray(options) ? options.filter(isObject) : [];
  return { selected_option: list.find((option) => option['value'] === chosen) ?? null };
}

const stringsOf = (errors: JsonObject) =>
  Object.fromEntries(Object.entries(errors).map(([name, text]) => [name, String(text)]));

/** A view as apps get it. */
export function wireView(
  { id, hash, root, previous, view }: OpenView,
  { app, team }: Company,
  values: object,
): JsonObject {
  return {
    ...{ private_metadata: '', callback_id: '', external_id: '', clear_on_close: false, notify_on_close: false },
    ...{ submit: null, close: null, ...view, id, hash, team_id: team.id, app_id: app.id, bot_id: app.botId },
    ...{ app_installed_team_id: team.id, root_view_id: root, previous_view_id: previous, state: { values } },
  };
}
