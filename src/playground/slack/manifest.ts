import { z } from 'zod';

const manifestSchema = z.looseObject({
  features: z
    .looseObject({
      bot_user: z.looseObject({ display_name: z.string() }),
      slash_commands: z
        .array(
          z.looseObject({
            command: z.string().regex(/^\/\S{1,31}$/),
            description: z.string().default(''),
            usage_hint: z.string().default(''),
            should_escape: z.boolean().default(false),
          }),
        )
        .default([]),
    })
    .prefault({ bot_user: { display_name: 'app' } }),
  oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(z.string()).default([]) }) }),
  settings: z.looseObject({
    event_subscriptions: z.looseObject({ bot_events: z.array(z.string()).default([]) }).prefault({}),
    interactivity: z.looseObject({ is_enabled: z.boolean() }).default({ is_enabled: false }),
    socket_mode_enabled: z.boolean().default(false),
  }),
});

/** What the workspace knows about the installed app: all it may do comes from its manifest. */
export interface InstalledApp {
  readonly botName: string;
  readonly commands: readonly Command[];
  readonly scopes: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  readonly interactive: boolean;
  readonly socketMode: boolean;
}

export interface Command {
  readonly command: string;
  readonly description: string;
  readonly usage_hint: string;
  readonly should_escape: boolean;
}

/** Installs the app that a manifest describes; throws a ZodError that names the fields where it is none. */
export function installApp(manifest: object): InstalledApp {
  const { features, oauth_config, settings } = manifestSchema.parse(manifest);
  return {
    botName: features.bot_user.display_name,
    commands: features.slash_commands,
    scopes: new Set(oauth_config.scopes.bot),
    events: new Set(settings.event_subscriptions.bot_events),
    interactive: settings.interactivity.is_enabled,
    socketMode: settings.socket_mode_enabled,
  };
}
