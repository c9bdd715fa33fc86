import { z } from 'zod';
import { text } from '../arguments.ts';
import { botProfile } from '../wire.ts';
import { answer, fail, method } from './method.ts';

const none = z.object({});

const test = method({ token: 'none', scope: [], schema: z.looseObject({}), run: (args) => answer({ args }) });

const authTest = method({
  scope: [],
  schema: none,
  run: (_, { workspace: { company, teamUrl } }) =>
    answer({
      url: teamUrl,
      team: company.team.name,
      user: company.bot.name,
      team_id: company.team.id,
      user_id: company.bot.id,
      bot_id: company.app.botId,
      is_enterprise_install: false,
    }),
});

const openConnection = method({
  token: 'app',
  scope: ['connections:write'],
  schema: none,
  run: (_, { workspace, host }) => answer({ url: workspace.ticketUrl(host) }),
});

const teamInfo = method({
  scope: ['team:read'],
  schema: none,
  run: (_, { workspace: { company, teamUrl } }) =>
    answer({ team: { ...company.team, url: teamUrl, email_domain: '', icon: { image_default: true } } }),
});

const botInfo = method({
  scope: ['users:read'],
  schema: z.object({ bot: text.optional() }),
  run: (args, { workspace: { company } }) =>
    args.bot === undefined || args.bot === company.app.botId
      ? answer({ bot: botProfile(company) })
      : fail('bot_not_found'),
});

export const appMethods = {
  'api.test': test,
  'auth.test': authTest,
  'apps.connections.open': openConnection,
  'team.info': teamInfo,
  'bots.info': botInfo,
};
