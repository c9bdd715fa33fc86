// @ts-check

/**
 * @typedef {import('./state.js').Boot} Boot
 * @typedef {import('./state.js').Message} Message
 * @typedef {import('./state.js').PageEvent} PageEvent
 * @typedef {{ ok: boolean, notice?: string }} Answer
 * @typedef {{ channel: string, ts: string, thread_ts?: string, block_id: string, action_id: string, value?: string, selected_option?: { value: string } }} Action
 * @typedef {{ name: string, namespace?: string, image: string, ready: number, wanted: number, health: string }} Service
 * @typedef {{ name: string, ready: boolean | string, message?: string, revision?: string }} Kustomization
 * @typedef {{ name: string, cut: boolean, services: Service[], kustomizations: Kustomization[] }} Cluster
 * @typedef {{ id: string, label: string, group: string, params: { name: string, label: string, options: string[] }[], description?: string }} PanelAction
 * @typedef {{ clusters: Cluster[], git: { up: boolean, commits: { sha: string, title: string, author: string }[] }, actions: PanelAction[] }} PanelState
 */

/** Thrown where the server answered, but not with success. @param {number} status @param {string} path */
function refusal(status, path) {
  return Object.assign(new Error(`The playground answered ${status} to ${path}.`), { status });
}

/** @param {string} path @param {{ [name: string]: string }} query */
async function get(path, query) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw refusal(response.status, path);
  return response.json();
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw refusal(response.status, path);
  return response.json();
}

export const api = {
  /** Without a person: the first of the seed. @param {string} as @returns {Promise<Boot>} */
  boot: (as) => get('/client/boot', as === '' ? {} : { as }),
  /** @param {string} as @param {string} channel @returns {Promise<{ messages: Message[] }>} */
  history: (as, channel) => get('/client/history', { as, channel }),
  /** @param {string} as @param {string} channel @param {string} ts @returns {Promise<{ messages: Message[] }>} */
  thread: (as, channel, ts) => get('/client/thread', { as, channel, ts }),
  /** @param {{ as: string, channel: string, thread_ts?: string, text: string }} body @returns {Promise<Answer>} */
  say: (body) => post('/client/say', body),
  /** @param {{ as: string } & Action} body @returns {Promise<Answer>} */
  act: (body) => post('/client/act', body),
  /** @param {{ as: string, view: string, given: object }} body @returns {Promise<Answer & { errors?: { [block: string]: string } }>} */
  submitView: (body) => post('/client/view/submit', body),
  /** @param {{ as: string, view: string }} body @returns {Promise<Answer>} */
  closeView: (body) => post('/client/view/close', body),
  /** @param {{ as: string, view: string, block_id: string, action_id: string, chosen: unknown, given: object }} body @returns {Promise<Answer>} */
  actInView: (body) => post('/client/view/act', body),
  /** @param {{ as: string, view: string, block_id: string, action_id: string, text: string, given: object }} body @returns {Promise<{ options: import('./state.js').Option[] }>} */
  suggest: (body) => post('/client/view/suggest', body),
  /** @param {{ as: string, channel: string }} body @returns {Promise<Answer>} */
  home: (body) => post('/client/home', body),
  /** @param {{ as: string, channel: string }} body */
  read: (body) => post('/client/read', body),
  /** @returns {Promise<PanelState>} */
  panel: () => get('/panel/state', {}),
  /** @param {string} id @param {{ [name: string]: string }} params @returns {Promise<{ ok: boolean, message: string }>} */
  breakThing: (id, params) => post('/panel/do', { id, params }),
};

/**
 * The stream of events for one person, for as long as the page wants it; `onOpen` comes again after every lost connection.
 * @param {string} as
 * @param {{ onOpen: () => void, onLost: () => void, onEvent: (event: PageEvent) => void }} listener
 */
export function listen(as, { onOpen, onLost, onEvent }) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout>} */
  let retry;
  const connect = () => {
    source = new EventSource(`/client/events?${new URLSearchParams({ as })}`);
    source.onopen = onOpen;
    source.onmessage = ({ data }) => onEvent(JSON.parse(data));
    source.onerror = () => {
      onLost();
      // A browser gives up by itself after an answer that is no stream, such as a 502 while the playground restarts.
      source.close();
      clearTimeout(retry);
      retry = setTimeout(connect, 1000);
    };
  };
  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
