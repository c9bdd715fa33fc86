// @ts-check
import { html } from 'htm/preact';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';
import { isDirect } from './state.js';

/**
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').Boot} Boot
 */

/** @param {{ boot: Boot, as: string }} props */
export function Rail({ boot, as }) {
  const me = boot.users.find(({ id }) => id === as);
  return html`<div class="rail">
    <div class="workspace" title=${boot.team.name} aria-hidden="true">${boot.team.name.slice(0, 1)}</div>
    <div class="rail-item" aria-hidden="true"><span class="rail-icon"><${Icon} name="home" size=${20} /></span>Home</div>
    <div class="rail-me" title=${`You are ${me?.real_name ?? ''}`}><${Avatar} user=${me} size=${36} /><i class="presence"></i></div>
  </div>`;
}

/** @param {{ state: State, boot: Boot, onSelect: (channel: string) => void, onSwitch: (user: string) => void }} props */
export function Sidebar({ state, boot, onSelect, onSwitch }) {
  const direct = boot.channels.find(isDirect);
  return html`<nav class="sidebar" aria-label="Workspace">
    <div class="team">${boot.team.name}</div>
    <div class="sidebar-scroll">
      <h2 id="channels">Channels</h2>
      <ul aria-labelledby="channels">
        ${boot.channels
          .filter((channel) => !isDirect(channel))
          .map(
            ({ id, name }) =>
              html`<li key=${id}><${ChannelLink} id=${id} name=${name} state=${state} onSelect=${onSelect} /></li>`,
          )}
      </ul>
      <h2 id="apps">Apps</h2>
      <ul aria-labelledby="apps">
        <li class="app-entry">
          ${
            direct === undefined
              ? html`<span class="entry"><${Avatar} bot size=${20} /><span class="name">Sluice</span></span>`
              : html`<${ChannelLink} id=${direct.id} name="Sluice" state=${state} onSelect=${onSelect} direct />`
          }
          ${
            state.appConnected === null
              ? null
              : html`<span class=${state.appConnected ? 'app-state on' : 'app-state'}>${state.appConnected ? 'connected' : 'away'}</span>`
          }
        </li>
      </ul>
    </div>
    <${People} boot=${boot} as=${state.as} onSwitch=${onSwitch} />
  </nav>`;
}

/** @param {{ id: string, name: string, state: State, onSelect: (channel: string) => void, direct?: boolean }} props */
function ChannelLink({ id, name, state, onSelect, direct = false }) {
  const current = state.channel === id;
  const unread = current ? 0 : (state.unread[id] ?? 0);
  const mentions = current ? 0 : (state.mentions[id] ?? 0);
  const label = `${name}${unread > 0 ? `, ${unread} unread` : ''}`;
  return html`<button
    type="button"
    class=${['entry', current && 'current', unread > 0 && 'unread'].filter(Boolean).join(' ')}
    aria-current=${current ? 'page' : undefined}
    aria-label=${label}
    onClick=${() => onSelect(id)}
  >
    ${direct ? html`<${Avatar} bot size=${20} />` : html`<span class="hash" aria-hidden="true">#</span>`}
    <span class="name">${name}</span>
    ${mentions > 0 ? html`<span class="count">${mentions}</span>` : null}
  </button>`;
}

/** One browser, all people: whose eyes the page looks through. @param {{ boot: Boot, as: string, onSwitch: (user: string) => void }} props */
function People({ boot, as, onSwitch }) {
  const people = boot.users.filter(({ is_bot }) => !is_bot);
  return html`<div class="people">
    <h2 id="people">You are</h2>
    <ul aria-labelledby="people">
      ${people.map(
        (user) => html`<li key=${user.id}>
          <a class="beside" href=${`/?as=${user.name}`} target="_blank" title=${`A second window as ${user.real_name}`} aria-label=${`Open a second window as ${user.real_name}`}>⧉</a>
          <button type="button" class=${user.id === as ? 'person current' : 'person'} aria-pressed=${user.id === as} onClick=${() => onSwitch(user.id)}>
            <${Avatar} user=${user} size=${28} />
            <span class="who"><b>${user.real_name}</b><span>${user.title ?? ''}</span></span>
          </button>
        </li>`,
      )}
    </ul>
  </div>`;
}
