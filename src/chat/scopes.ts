/** Every right that Sluice asks of a workspace, and what it is for; `needed` is false where it works without, and less well. */
export const scopes = {
  commands: { needed: true, for: '/release and /rollback' },
  'chat:write': { needed: true, for: 'messages about releases' },
  'chat:write.public': { needed: false, for: 'messages in public channels that it was not invited to' },
  'app_mentions:read': { needed: false, for: 'mentions, which alone work in threads' },
  'users:read': { needed: true, for: 'who somebody is, and whether they are a guest' },
  'users:read.email': { needed: false, for: 'the authors of commits, whom policies may exclude from voting' },
  'usergroups:read': { needed: true, for: 'the @groups of sluice.yaml' },
  'channels:read': { needed: true, for: 'finding the channels of the environments' },
  'groups:read': { needed: false, for: 'finding private channels' },
  'im:write': { needed: false, for: 'direct messages to people whom no channel reaches' },
  'channels:history': { needed: false, for: 'finding its own message after a crash, which else may be posted twice' },
  'groups:history': { needed: false, for: 'finding its own message after a crash in a private channel' },
  'im:history': {
    needed: false,
    for: 'finding a direct message of its own after a crash, which else may be sent twice',
  },
  'files:write': { needed: false, for: 'the picture of what a release took; without it there is the text alone' },
} as const;
