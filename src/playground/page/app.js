// @ts-check
import { html, render } from 'htm/preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { api } from './api.js';
import { Channel } from './channel.js';
import { createClient } from './client.js';
import { ConfirmDialog } from './dialog.js';
import { Icon } from './icons.js';
import { Modal } from './modal.js';
import { PageContext } from './page-context.js';
import { Panel } from './panel.js';
import { createPlayer } from './play.js';
import { Rail, Sidebar } from './sidebar.js';
import { createStore, emptyState } from './state.js';
import { storyNamed } from './stories.js';
import { StoryBar } from './story.js';
import { Thread } from './thread.js';
import { Toasts } from './toasts.js';

/** @typedef {import('./dialog.js').Question} Question */

const store = createStore(emptyState);
const client = createClient(store);
const player = createPlayer(store, client);
const panelKey = 'sluice.panel';
/** Where there is no room for a thread and the panel side by side. */
const narrow = matchMedia('(max-width: 1320px)');

function useStore() {
  const [state, setState] = useState(store.get());
  useEffect(() => {
    setState(store.get());
    return store.subscribe(() => setState(store.get()));
  }, []);
  return state;
}

/** Which panes are open; on a narrow page the one that is opened last takes the place. @param {string | null} thread */
function usePanes(thread) {
  const [hasPanel, setHasPanel] = useState(false);
  const [panel, setPanel] = useState(localStorage.getItem(panelKey) !== 'closed' && innerWidth > 1200);
  const [menu, setMenu] = useState(false);
  useEffect(() => {
    api.panel().then(
      () => setHasPanel(true),
      // Started alone, the Slack part has no panel: then there is nothing to show.
      (error) => setHasPanel(error.status !== 404),
    );
  }, []);
  const showPanel = (/** @type {boolean} */ wanted) => {
    localStorage.setItem(panelKey, wanted ? 'open' : 'closed');
    if (wanted && narrow.matches) client.openThread(null);
    setPanel(wanted);
  };
  const panelShown = hasPanel && panel && !(thread !== null && narrow.matches);
  return { hasPanel, panelShown, showPanel, menu, setMenu };
}

/** @param {import('./state.js').Boot} boot */
function namesOf(boot) {
  const people = new Map(boot.users.map((user) => [user.id, user]));
  const channels = new Map(boot.channels.map(({ id, name }) => [id, name]));
  const groups = new Map((boot.groups ?? []).map(({ id, handle }) => [id, handle]));
  const named = boot.users.map(({ name, real_name }) => ({ name, real_name }));
  const everyone = named.some(({ name }) => name === 'sluice')
    ? named
    : [{ name: 'sluice', real_name: 'App' }, ...named];
  return { people, channels, groups, known: { commands: boot.commands, people: everyone } };
}

function App() {
  const state = useStore();
  const [question, setQuestion] = useState(/** @type {Question | null} */ (null));
  const { boot, channel, thread } = state;
  const panes = usePanes(thread);
  const names = useMemo(() => (boot === null ? null : namesOf(boot)), [boot]);
  const waiting = Object.values(state.unread).reduce((sum, count) => sum + count, 0);
  const channelName = names?.channels.get(channel) ?? '';
  document.title = `${waiting > 0 ? '* ' : ''}${channelName} – ${boot?.team.name ?? 'Sluice'} – playground`;
  const page = useMemo(
    () => ({
      ...{
        as: state.as,
        people: names?.people ?? new Map(),
        channels: names?.channels ?? new Map(),
        groups: names?.groups ?? new Map(),
      },
      ...{ act: client.act, tell: client.tell, openThread: client.openThread, select: client.select },
      confirm: (/** @type {Question['dialog']} */ dialog) =>
        new Promise((resolve) => {
          const answer = (/** @type {boolean} */ yes) => {
            setQuestion(null);
            resolve(yes);
          };
          setQuestion({ dialog, answer });
        }),
    }),
    [state.as, names],
  );
  if (boot === null || names === null)
    return html`<div class="loading"><span class="spinner"></span> connecting…<${Toasts} notices=${state.notices} onDismiss=${client.dismiss} /></div>`;
  const story = storyNamed(state.story);
  const select = (/** @type {string} */ id) => {
    panes.setMenu(false);
    return client.select(id);
  };
  return html`<${PageContext.Provider} value=${page}>
    <div class=${`app ${panes.menu ? 'menu-open' : ''}`}>
      <${TopBar} team=${boot.team.name} panes=${panes} />
      <${Rail} boot=${boot} as=${state.as} />
      <${Sidebar} state=${state} boot=${boot} onSelect=${select} onSwitch=${client.switchTo} />
      <div class="content">
        <${Channel} state=${state} boot=${boot} known=${names.known} story=${story === null ? null : html`<${StoryBar} key=${story.name} story=${story} player=${player} onClose=${client.endStory} />`} onSend=${(/** @type {string} */ text) => client.say(text)} />
        ${
          thread === null
            ? null
            : html`<${Thread}
              state=${state}
              root=${thread}
              channelName=${channelName}
              known=${names.known}
              onClose=${() => client.openThread(null)}
              onSend=${(/** @type {string} */ text) => client.say(text, thread)}
            />`
        }
        ${panes.panelShown ? html`<${Panel} onClose=${() => panes.showPanel(false)} />` : null}
      </div>
    </div>
    ${state.modal === null ? null : html`<${Modal} key=${state.modal.id} shown=${state.modal} />`}
    ${question === null ? null : html`<${ConfirmDialog} question=${question} />`}
    <${Toasts} notices=${state.notices} onDismiss=${client.dismiss} />
  </${PageContext.Provider}>`;
}

/** @param {{ team: string, panes: ReturnType<typeof usePanes> }} props */
function TopBar({ team, panes }) {
  return html`<div class="top-bar">
    <button type="button" class="tool menu-button" aria-label="Channels and people" aria-expanded=${panes.menu} onClick=${() => panes.setMenu(!panes.menu)}>
      <${Icon} name="menu" />
    </button>
    <div class="place-name">${team} · a playground on this machine</div>
    ${
      panes.hasPanel
        ? html`<button type="button" class="panel-toggle" aria-pressed=${panes.panelShown} onClick=${() => panes.showPanel(!panes.panelShown)}>
          <${Icon} name="break" size=${16} /> Break things
        </button>`
        : null
    }
  </div>`;
}

async function start() {
  try {
    await client.start(new URLSearchParams(location.search));
  } catch (error) {
    // An address that names nobody known, such as one of an earlier company: begin as whoever comes first.
    if (error instanceof Error && 'status' in error && Number(error.status) < 500) history.replaceState(null, '', '/');
    setTimeout(start, 1000);
  }
}

document.addEventListener('visibilitychange', client.markRead);
const root = document.querySelector('#page');
if (root instanceof HTMLElement) render(html`<${App} />`, root);
start();
