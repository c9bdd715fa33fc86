// @ts-check
// What the page does: every wish of the person in front of it, and every event from the workspace, become changes of the store.
import { api, listen } from './api.js';
import { applyToLists, countUnread, refreshed } from './state.js';

/** @typedef {import('./state.js').PageEvent} PageEvent */

/** @param {ReturnType<typeof import('./state.js').createStore<import('./state.js').State>>} store */
export function createClient(store) {
  const { get, set } = store;
  /** Histories by person: what was whispered to one of them is only remembered here. @type {Map<string, import('./state.js').Lists>} */
  const remembered = new Map();
  let stopListening = () => {};
  let noticeNumber = 0;
  /** Events that came while a list was on its way; they are applied again on top of it. @type {PageEvent[]} */
  let meanwhile = [];
  let loading = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let reading;

  /** @param {string} text */
  const tell = (text) => set({ notices: [...get().notices, { id: ++noticeNumber, text }].slice(-3) });
  /** @param {unknown} error */
  const tellError = (error) =>
    tell(
      error instanceof TypeError
        ? 'The playground does not answer. Is it still running?'
        : String(error instanceof Error ? error.message : error),
    );

  function showInAddress() {
    const { as, channel, thread, story } = get();
    const more = { ...(thread === null ? {} : { thread }), ...(story === null ? {} : { story }) };
    history.replaceState(null, '', `?${new URLSearchParams({ as, channel, ...more })}`);
  }

  /** Shown and in front: what arrives there counts as read. */
  const watched = () => (document.visibilityState === 'visible' ? get().channel : null);

  function markRead() {
    const { as, channel, unread, mentions } = get();
    if (channel === '' || watched() === null) return;
    set({ unread: { ...unread, [channel]: 0 }, mentions: { ...mentions, [channel]: 0 } });
    clearTimeout(reading);
    reading = setTimeout(() => api.read({ as, channel }).catch(() => {}), 200);
  }

  /** Loads, keeps the result if the person is still the same, then applies what happened meanwhile. @template T @param {() => Promise<T>} load @param {(result: T) => void} keep */
  async function loadThen(load, keep) {
    const { as } = get();
    const from = meanwhile.length;
    loading += 1;
    try {
      const result = await load();
      if (get().as !== as) return;
      keep(result);
      for (const event of meanwhile.slice(from)) set(applyToLists(get(), event));
    } finally {
      loading -= 1;
      if (loading === 0) meanwhile = [];
    }
  }

  /** @param {string} channel */
  const loadHistory = (channel) =>
    loadThen(
      () => api.history(get().as, channel),
      ({ messages }) =>
        set({ history: { ...get().history, [channel]: refreshed(get().history[channel] ?? [], messages) } }),
    );

  /** @param {string} root */
  const loadThread = (root) =>
    loadThen(
      () => api.thread(get().as, get().channel, root),
      ({ messages }) => set({ replies: { ...get().replies, [root]: refreshed(get().replies[root] ?? [], messages) } }),
    );

  /** A conversation that began after the page was loaded, such as the first direct message, or has a new member. @param {string} as */
  const noticeChannels = (as) =>
    guard(
      api.boot(as).then((boot) => as === get().as && set({ boot, unread: { ...unreadOf(boot), ...get().unread } })),
    );

  /** @param {PageEvent} event */
  function onEvent(event) {
    if (event.type === 'app_state') return set({ appConnected: event.connected ?? null });
    if (event.type === 'views') return set({ modal: event.modal ?? null, home: event.home ?? null });
    if (loading > 0) meanwhile.push(event);
    const { as, boot, channel } = get();
    set({ ...applyToLists(get(), event), ...countUnread(get(), event, watched()) });
    const isNew = event.channel !== undefined && !boot?.channels.some(({ id }) => id === event.channel);
    if (isNew || event.message?.joined) noticeChannels(as);
    if (event.type === 'message' && event.channel === channel) markRead();
  }

  function startListening() {
    stopListening();
    let opened = false;
    stopListening = listen(get().as, {
      onOpen() {
        set({ connected: true });
        (opened ? refresh() : loadShown()).catch(tellError);
        opened = true;
      },
      onLost: () => set({ connected: false }),
      onEvent,
    });
  }

  /** What was said before the stream was open came by no event. */
  async function loadShown() {
    const { channel, thread } = get();
    await Promise.all([loadHistory(channel), ...(thread === null ? [] : [loadThread(thread)])]);
  }

  /** After a lost connection everything shown is asked for again; lists that are not shown are forgotten, but for what was whispered. */
  async function refresh() {
    const { as } = get();
    const boot = await api.boot(as);
    if (get().as !== as) return;
    const { channel, history: lists } = get();
    const shown = lists[channel];
    remembered.set(as, lists);
    set({ boot, unread: unreadOf(boot), history: shown === undefined ? {} : { [channel]: shown } });
    await loadShown();
    markRead();
  }

  /** The line "New" stands before the first of the unread. @param {string} channel @param {number} unread */
  function lineBefore(channel, unread) {
    const others = (get().history[channel] ?? []).filter(({ user, ephemeral }) => user !== get().as && !ephemeral);
    const first = unread > 0 ? others.at(-unread) : undefined;
    set({ newFrom: first === undefined ? {} : { [channel]: first.ts } });
  }

  /** @param {string} as @param {string} [channel] @param {string | null} [thread] */
  async function become(as, channel = get().channel, thread = get().thread) {
    const boot = await api.boot(as);
    const me = typeof boot.me === 'string' ? boot.me : boot.me.id;
    const here =
      boot.channels.find(({ id, name }) => id === channel || name === channel)?.id ?? boot.channels[0]?.id ?? '';
    const { messages } = here === '' ? { messages: [] } : await api.history(me, here);
    if (get().as !== '') remembered.set(get().as, get().history);
    const before = remembered.get(me) ?? {};
    const unread = unreadOf(boot);
    set({
      ...{
        as: me,
        boot,
        channel: here,
        thread: here === channel ? thread : null,
        connected: false,
        modal: null,
        home: null,
        mentions: {},
        unread,
      },
      ...{ history: { ...before, [here]: refreshed(before[here] ?? [], messages) }, replies: {} },
    });
    lineBefore(here, unread[here] ?? 0);
    showInAddress();
    startListening();
    markRead();
    if (get().thread !== null) await loadThread(get().thread ?? '');
  }

  /** @param {Promise<unknown>} work */
  const guard = (work) => work.catch(tellError);

  return {
    /** @param {URLSearchParams} address */
    start: (address) => {
      set({ story: address.get('story') });
      return become(address.get('as') ?? '', address.get('channel') ?? '', address.get('thread'));
    },
    endStory() {
      set({ story: null });
      showInAddress();
    },
    /** @param {string} as @param {string} [channel] */
    switchTo: (as, channel) => guard(become(as, channel)),
    markRead,
    tell,
    /** @param {number} id */
    dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
    /** @param {string} channel */
    select: (channel) =>
      guard(
        (async () => {
          const unread = get().unread[channel] ?? 0;
          set({ channel, thread: null, newFrom: {} });
          showInAddress();
          await loadHistory(channel);
          if (get().channel !== channel) return;
          lineBefore(channel, unread);
          markRead();
        })(),
      ),
    /** @param {string | null} thread */
    openThread(thread) {
      set({ thread });
      showInAddress();
      if (thread !== null) guard(loadThread(thread));
    },
    /** Resolves with whether it was taken. @param {string} text @param {string} [thread_ts] */
    async say(text, thread_ts) {
      const { as, channel } = get();
      try {
        const { ok, notice } = await api.say({ as, channel, text, ...(thread_ts === undefined ? {} : { thread_ts }) });
        if (notice !== undefined || !ok) tell(notice ?? 'That was not sent.');
        return ok;
      } catch (error) {
        tellError(error);
        return false;
      }
    },
    /** @param {Omit<import('./api.js').Action, 'channel'>} action */
    async act(action) {
      const { as, channel } = get();
      try {
        const { ok, notice } = await api.act({ as, channel, ...action });
        if (notice !== undefined || !ok) tell(notice ?? 'Sluice did not answer that click.');
      } catch (error) {
        tellError(error);
      }
    },
  };
}

/** @param {import('./state.js').Boot} boot */
function unreadOf(boot) {
  return Object.fromEntries(boot.channels.map(({ id, unread = 0 }) => [id, unread]));
}
