import type { Verb } from './command-table.ts';
import type { HistoryFilter } from './history-filter.ts';
import type { End, HoldCommand } from './hold-words.ts';
import type { Scope } from './known-names.ts';
import type { PolicyCommand } from './policy-grammar.ts';
import type { Target } from './target.ts';

/** Without a squad it is whoever typed it that is not called; a scope that names neither is of everything. */
export type MuteCommand = { readonly kind: 'mute'; readonly squad?: string } & End & Scope;
export type UnmuteCommand = { readonly kind: 'unmute'; readonly squad?: string } & Scope;

export type Command =
  | Target
  | ({ readonly kind: 'status' | 'queue' | 'policies' | 'unlock' | 'unfreeze' } & Scope)
  | { readonly kind: 'artifacts'; readonly service: string; readonly branch?: string }
  | ({ readonly kind: 'diff' } & Omit<Target, 'kind'>)
  | ({ readonly kind: 'history' } & HistoryFilter)
  | { readonly kind: 'where'; readonly service: string }
  /** The id of a release or the end of it, the beginning of a commit id, or a version. */
  | { readonly kind: 'describe'; readonly name: string; readonly service?: string }
  /** `release` is a release id, or the end of one. */
  | { readonly kind: 'cancel' | 'approve' | 'take-back'; readonly release: string }
  /** Of one release: to what was good before. */
  | { readonly kind: 'roll-back'; readonly release: string; readonly because?: string }
  | { readonly kind: 'reject' | 'review'; readonly release: string; readonly because?: string }
  | HoldCommand
  | { readonly kind: 'drift'; readonly environment?: string }
  | { readonly kind: 'locks' | 'mutes' | 'reviews' | 'clusters' }
  /** `/release` alone: pickers instead of words. */
  | { readonly kind: 'form' }
  | MuteCommand
  | UnmuteCommand
  | PolicyCommand
  /** A mention without words; `about` is the release of the thread. */
  | { readonly kind: 'hello'; readonly about?: string }
  | { readonly kind: 'help'; readonly about?: Verb };

export type Parsed =
  | { readonly kind: 'command'; readonly command: Command }
  /** `message` is a sentence with raw foreign text; `next` is a command to copy. */
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

export type Said = '/release' | '/rollback' | 'mention';

/** What was not understood, and the command that was probably meant. */
export function mistake(message: string, next?: string): Parsed {
  return { kind: 'mistake', message, ...(next === undefined ? {} : { next }) };
}

/** What was understood. */
export function command(parsed: Command): Parsed {
  return { kind: 'command', command: parsed };
}
