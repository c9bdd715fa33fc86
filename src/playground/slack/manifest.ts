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
            url: z.url().optional(),
          }),
        )
        .default([]),
    })
    .prefault({ bot_user: { display_name: 'app' } }),
  oauth_config: z.looseObject({ scopes: z.looseObject({ bot: z.array(z.string()).default([]) }) }),
  settings: z.looseObject({
    event_subscriptions: z
      .looseObject({ bot_events: z.array(z.string()).default([]), request_url: z.url().optional() })
      .prefault({}),
    interactivity: z
      .looseObject({
        is_enabled: z.boolean(),
        request_url: z.url().optional(),
        message_menu_options_url: z.url().optional(),
      })
      .default({ is_enabled: false }),
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
  /** Paths at the app's address where it is told things, without Socket Mode. */
  readonly urls: {
    readonly events: string | null;
    readonly interactivity: string | null;
    /** Of external selects. */
    readonly options: string | null;
    readonly commands: ReadonlyMap<string, string>;
  };
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
    urls: {
      events: pathOf(settings.event_subscriptions.request_url),
      interactivity: pathOf(settings.interactivity.request_url),
      options: pathOf(settings.interactivity.message_menu_options_url),
      commands: new Map(
        features.slash_commands.flatMap(({ command, url }) =>
          url === undefined ? [] : [[command, pathOf(url) ?? '']],
        ),
      ),
    },
  };
}

function pathOf(url: string | undefined): string | null {
  return url === undefined ? null : new URL(url).pathname;
}
