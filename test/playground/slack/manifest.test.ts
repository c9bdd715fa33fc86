import type { webApi } from '@slack/bolt';
import { expect, test } from 'vitest';
import { installApp } from '../../../src/playground/slack/manifest.ts';
import { httpManifest, manifest } from './office.ts';

// The types of Slack's own client know every scope and event; the file must be the same as this.
const typed = {
  _metadata: { major_version: 2, minor_version: 1 },
  display_information: {
    name: 'Sluice',
    description: expect.any(String),
    long_description: expect.any(String),
    background_color: '#0b6e4f',
  },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
    bot_user: { display_name: 'sluice', always_online: true },
    slash_commands: [
      { command: '/release', description: expect.any(String), usage_hint: expect.any(String), should_escape: true },
      { command: '/rollback', description: expect.any(String), usage_hint: expect.any(String), should_escape: true },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'commands',
        'chat:write',
        'chat:write.public',
        'app_mentions:read',
        'users:read',
        'users:read.email',
        'usergroups:read',
        'channels:read',
        'groups:read',
        'im:write',
        'channels:history',
        'groups:history',
        'im:history',
        'files:write',
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: [
        'app_mention',
        'app_home_opened',
        'member_joined_channel',
        'subteam_members_changed',
        'subteam_updated',
      ],
    },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
} satisfies webApi.AppsManifestValidateArguments['manifest'];

test('the manifest of the app is one that Slack’s own types accept', () => {
  expect(manifest).toEqual(typed);
});

test('the manifest for HTTP is the same, with the address where Slack finds the app', () => {
  const url = 'https://sluice.example.com/slack/events';
  const { features, settings } = typed;
  const overHttp = {
    ...typed,
    features: { ...features, slash_commands: features.slash_commands.map((command) => ({ ...command, url })) },
    settings: {
      ...settings,
      event_subscriptions: { ...settings.event_subscriptions, request_url: url },
      interactivity: { is_enabled: true, request_url: url, message_menu_options_url: url },
      socket_mode_enabled: false,
    },
  } satisfies webApi.AppsManifestValidateArguments['manifest'];
  expect(httpManifest).toEqual(overHttp);
  expect(installApp(httpManifest).urls).toMatchObject({ events: '/slack/events', interactivity: '/slack/events' });
});

test.each([
  ['description', 1, 140],
  ['long_description', 175, 4000],
] as const)('its %s has between %i and %i characters', (field, least, most) => {
  const information = new Map(Object.entries(Object(Reflect.get(manifest, 'display_information'))));
  const { length } = String(information.get(field));
  expect(length).toBeGreaterThanOrEqual(least);
  expect(length).toBeLessThanOrEqual(most);
});
