import type { Company } from './company.ts';
import { escapeTyped } from './message.ts';

/**
 * What Slack makes of typed text: `&`, `<` and `>` escaped, names of people, groups and channels turned into references.
 * Commands with `should_escape` name people and channels beside the id, messages name channels only.
 */
export function encodeTyped(text: string, company: Company, form: 'message' | 'command'): string {
  const label = (name: string) => (form === 'command' ? `|${name}` : '');
  return escapeTyped(text)
    .replace(/(?<![\w/:.@#])@([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])/gi, (typed: string, name: string) => {
      const known = name.toLowerCase();
      const user = company.users().find((each) => each.name === known && !each.deleted);
      if (user !== undefined) return `<@${user.id}${label(user.name)}>`;
      const group = company.groups().find(({ handle }) => handle === known);
      if (group !== undefined) return `<!subteam^${group.id}|@${group.handle}>`;
      return ['here', 'channel', 'everyone'].includes(known) && form === 'message' ? `<!${known}>` : typed;
    })
    .replace(/(?<![\w/:.@#&])#([a-z0-9][a-z0-9_-]*)/gi, (typed: string, name: string) => {
      const channel = company.channels().find((each) => each.kind === 'public' && each.name === name.toLowerCase());
      return channel === undefined ? typed : `<#${channel.id}|${channel.name}>`;
    })
    .replace(/(?<![\w<|])https?:\/\/[^\s<>|]+/g, (url) => `<${url}>`);
}
