import type { Calls } from './calls.ts';
import { type ClientMessage, clientMessage } from './client-message.ts';
import type { Outcome } from './commands.ts';
import type { Company } from './company.ts';
import type { Events } from './events.ts';
import type { Faults } from './faults.ts';
import type { People } from './people.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Requests } from './requests.ts';
import type { Sockets } from './sockets.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';
import type { Submitted, ViewInteractions } from './view-interactions.ts';
import { elementsOf } from './view-state.ts';
import type { OpenView, Views } from './views.ts';
import { wireGroup } from './wire.ts';

const elsewhereMs = 250;

/** What one person saw happen because of what they did. */
export interface Seen extends Outcome {
  /** Private messages that came before their client was done with it. */
  readonly ephemeral: readonly ClientMessage[];
  /** The clicked message as it stands then; null where it is gone. */
  readonly message: ClientMessage | null;
}

/** For tests and for the panel: does what people do, and breaks what can break. Names or ids will do for people and channels. */
export function createControl(ports: {
  readonly company: Company;
  readonly store: Store;
  readonly people: People;
  readonly events: Events;
  readonly sockets: Sockets;
  readonly requests: Requests;
  readonly transport: Transport;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly calls: Calls;
  readonly views: Views;
  readonly windows: ViewInteractions;
  readonly listeners: Set<() => void>;
  readonly setEnabled: (enabled: boolean) => void;
}) {
  const { company, store, people, sockets, faults } = ports;
  const channelId = (name: string) => company.channelNamed(name)?.id ?? name;
  const userId = (name: string) => company.userNamed(name)?.id ?? name;
  const shown = (message: Parameters<typeof clientMessage>[0]) => clientMessage(message, store);

  const ephemeral = (user: string, channel?: string, since = 0): readonly ClientMessage[] =>
    (channel === undefined ? company.channels().map(({ id }) => id) : [channelId(channel)]).flatMap((id) =>
      store
        .all(id)
        .filter(({ reader, ts }) => reader === userId(user) && Number(ts) > since)
        .map(shown),
    );

  async function watched(
    user: string,
    channel: string,
    ts: string | null,
    deed: () => Promise<Outcome>,
  ): Promise<Seen> {
    const since = Number(store.nextTs());
    const outcome = await deed();
    const message = ts === null ? undefined : store.find(channelId(channel), ts);
    return {
      ...outcome,
      ephemeral: ephemeral(user, channel, since),
      message: message === undefined ? null : shown(message),
    };
  }

  const onChange = (listener: () => void): (() => void) => {
    ports.listeners.add(listener);
    return () => void ports.listeners.delete(listener);
  };

  return {
    fail: faults.fail,
    hang: faults.hang,
    delay: faults.delay,
    clearFaults: faults.clear,
    /** Turns the limits of posting on or off. */
    rateLimits: (enforce: boolean) => ports.rateLimits.enforce(enforce),
    /** Asks the app to connect again (`refresh_requested`, `warning`), or cuts its wires (`cut`). */
    disconnect: (how: 'refresh_requested' | 'warning' | 'cut' = 'refresh_requested') =>
      how === 'cut' ? sockets.cut() : sockets.disconnect(how),
    deliverTwice: (times = 1) => ports.transport.deliverTwice(times),
    /** Tells an app without Socket Mode at this address from now on; rejects where it does not answer the challenge. */
    deliverTo: (origin: string) => ports.requests.connectTo(origin),
    /** The last signed request to the app, as whoever listens on the wire has it. */
    lastRequest: () => ports.requests.last(),
    /** A disabled app is cut off, and none of its tokens opens anything. */
    disable(): void {
      ports.setEnabled(false);
      sockets.disconnect('link_disabled');
    },
    enable: () => ports.setEnabled(true),
    connected: () => ports.transport.connected(),
    /** Everything that all can see in a channel, replies too, oldest first. */
    messages: (channel: string): readonly ClientMessage[] =>
      store
        .all(channelId(channel))
        .filter(({ reader }) => reader === undefined)
        .map(shown),
    ephemeral: (user: string, channel?: string) => ephemeral(user, channel),
    say: (user: string, channel: string, text: string, thread?: string) =>
      watched(user, channel, null, () => people.say(user, channel, text, thread)),
    /** Clicks a button, or chooses `selected` in a menu. */
    click: (user: string, channel: string, ts: string, actionId: string, selected?: string) =>
      watched(user, channel, ts, () => people.act(user, channel, { ts, actionId, selected })),
    views: (user: string) => ports.views.of(userId(user)),
    home: (user: string) => ports.views.home(userId(user)),
    openHome: (user: string) => ports.events.homeOpened(userId(user), `D${userId(user).slice(1)}`),
    ...windowControl(ports),
    /** Changes a user group, as its owner would. */
    setGroup(handle: string, users: readonly string[]): void {
      const before = company.groupNamed(handle)?.users ?? [];
      const group = company.setGroup(handle, users.map(userId));
      if (group !== undefined) ports.events.groupChanged(wireGroup(group, company, true), before, group.users);
    },
    /** Whoever is new is told of. */
    setMembers(channel: string, users: readonly string[]): void {
      const before = company.channelNamed(channel)?.members ?? new Set();
      company.setMembers(channelId(channel), users.map(userId));
      const after = company.channelNamed(channel);
      for (const user of after?.members ?? [])
        if (after !== undefined && !before.has(user)) ports.events.joined(user, after);
    },
    calls: ports.calls.all,
    onChange,
    /** The first truthy value of `predicate`, asked again after everything that happens here; rejects after `timeoutMs`, and with what it throws. */
    waitFor<T>(predicate: () => T, timeoutMs = 5_000): Promise<T> {
      return new Promise((resolve, reject) => {
        const attempt = () => {
          try {
            const value = predicate();
            if (value) settle(() => resolve(value));
          } catch (error) {
            settle(() => reject(error));
          }
        };
        // What happens elsewhere is looked for now and then.
        const again = setInterval(() => attempt(), elsewhereMs);
        const settle = (act: () => void) => {
          clearTimeout(timer);
          clearInterval(again);
          stop();
          act();
        };
        const timer = setTimeout(
          () =>
            settle(() =>
              reject(new Error(`The Slack workspace did not come to that within ${timeoutMs} ms: ${predicate}`)),
            ),
          timeoutMs,
        );
        const stop = onChange(attempt);
        attempt();
      });
    },
  };
}

/** Fills in and sends what a person has in front of them; elements are named by their action, or block where that tells more. */
function windowControl({ company, views, windows }: { company: Company; views: Views; windows: ViewInteractions }) {
  const front = (who: string) => {
    const user = company.userNamed(who);
    const view = user === undefined ? undefined : views.of(user.id).at(-1);
    if (user === undefined || view === undefined) throw new Error(`${who} has no window open`);
    return { user, view };
  };
  const target = ({ view }: OpenView, name: string) => {
    const found = elementsOf(view).find(({ actionId, blockId }) => actionId === name || blockId === name);
    if (found === undefined) throw new Error(`there is no ${name} in the window`);
    return found;
  };
  /** What is chosen by its value or its text; an external select is asked first. */
  const givenOf = async (who: string, values: Readonly<Record<string, unknown>>) => {
    const { user, view } = front(who);
    const given: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      const { blockId, actionId, type, element } = target(view, name);
      const options =
        type === 'external_select'
          ? await windows.suggest(user, view.id, { blockId, actionId, text: String(value) }, given)
          : Array.isArray(element['options'])
            ? element['options']
            : null;
      const choose = (wanted: unknown) =>
        options?.find((option) => option.value === wanted || option.text?.text === wanted) ?? wanted;
      given[`${blockId}/${actionId}`] = Array.isArray(value) ? value.map(choose) : choose(value);
    }
    return given;
  };
  return {
    submit: async (who: string, values: Readonly<Record<string, unknown>> = {}): Promise<Submitted> => {
      if (views.of(company.userNamed(who)?.id ?? '').length === 0)
        return { ok: false, notice: 'There is no window open.' };
      const given = await givenOf(who, values);
      const { user, view } = front(who);
      return windows.submit(user, view.id, given);
    },
    /** Chooses something that the app hears of at once. */
    choose: async (who: string, name: string, value: unknown, values: Readonly<Record<string, unknown>> = {}) => {
      const given = await givenOf(who, { ...values, [name]: value });
      const { user, view } = front(who);
      const { blockId, actionId } = target(view, name);
      return windows.act(user, view.id, { blockId, actionId, chosen: given[`${blockId}/${actionId}`] }, given);
    },
    suggestions: async (who: string, name: string, text: string, values: Readonly<Record<string, unknown>> = {}) => {
      const given = await givenOf(who, values);
      const { user, view } = front(who);
      const { blockId, actionId } = target(view, name);
      return windows.suggest(user, view.id, { blockId, actionId, text }, given);
    },
    closeWindow: (who: string) => {
      const { user, view } = front(who);
      return windows.close(user, view.id);
    },
    /** Presses something in the Home tab. */
    pressHome: (who: string, actionId: string, value?: string) => {
      const user = company.userNamed(who);
      const home = user === undefined ? undefined : views.home(user.id);
      if (user === undefined || home === undefined) throw new Error(`${who} has no Home tab`);
      const fits = elementsOf(home.view).find(
        (each) => each.actionId === actionId && (value === undefined || each.element['value'] === value),
      );
      if (fits === undefined) throw new Error(`there is no ${actionId} in the Home tab`);
      return windows.act(user, home.id, { blockId: fits.blockId, actionId }, {});
    },
  };
}
