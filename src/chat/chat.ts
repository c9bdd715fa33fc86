import { steadyClock } from '../doors/time.ts';
import { commandLineRoute } from './command-line.ts';
import { createDirectory } from './directory.ts';
import { createHome } from './home.ts';
import { listen } from './listeners.ts';
import { createMembership } from './membership.ts';
import type { ChatPorts } from './ports.ts';
import { createSlackApp } from './slack/slack-app.ts';
import { createWhispers } from './whispers.ts';

export type Chat = ReturnType<typeof createChat>;

/** Who asks for what: commands, mentions and clicks come in; messages and private answers go out. */
export function createChat(ports: ChatPorts) {
  const slack = createSlackApp(ports.slack, ports);
  const directory = createDirectory(slack, steadyClock, ports.directoryBell);
  const whispers = createWhispers(slack, ports.clock);
  listen(slack, { ...ports, directory, whispers });
  const home = createHome(slack, { ...ports, directory });
  const ending = new AbortController();
  let drawing: Promise<void> = Promise.resolve();
  return {
    start: async () => {
      await slack.start(ending.signal);
      drawing = home.run(ending.signal);
    },
    stop: async () => {
      ending.abort();
      await drawing;
      await slack.stop();
    },
    meet: slack.meet,
    connected: slack.connected,
    routes: [...slack.routes, commandLineRoute({ ...ports, directory, whispers })],
    serverTime: slack.serverTime,
    post: slack.post,
    update: slack.update,
    findPosted: slack.findPosted,
    upload: slack.upload,
    whisper: whispers.whisper,
    membersOf: directory.membersOf,
    mentionOf: directory.mentionOf,
    person: directory.person,
    userByEmail: directory.userByEmail,
    isIn: createMembership(slack, steadyClock),
  };
}
