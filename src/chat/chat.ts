import { steadyClock } from '../time.ts';
import { createDirectory } from './directory.ts';
import { listen } from './listeners.ts';
import type { ChatPorts } from './ports.ts';
import { createSlackApp } from './slack-app.ts';
import { createWhispers } from './whispers.ts';

export type Chat = ReturnType<typeof createChat>;

/** Who asks for what: commands, mentions and clicks come in; messages and private answers go out. */
export function createChat(ports: ChatPorts) {
  const slack = createSlackApp(ports.slack, ports.log);
  const directory = createDirectory(slack, steadyClock);
  const whispers = createWhispers(slack, ports.clock);
  listen(slack, { ...ports, directory, whispers });
  const ending = new AbortController();
  return {
    start: () => slack.start(ending.signal),
    stop: async () => {
      ending.abort();
      await slack.stop();
    },
    connected: slack.connected,
    serverTime: slack.serverTime,
    post: slack.post,
    update: slack.update,
    findPosted: slack.findPosted,
    whisper: whispers.whisper,
    membersOf: directory.membersOf,
    mentionOf: directory.mentionOf,
    person: directory.person,
    userByEmail: directory.userByEmail,
  };
}
