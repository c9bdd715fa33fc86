// @ts-check
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/**
 * What messages need of the page around them.
 * @typedef {{ as: string, people: Map<string, import('./state.js').User>, channels: Map<string, string>, groups: Map<string, string>,
 *   act: (action: Omit<import('./api.js').Action, 'channel'>) => Promise<void>, tell: (text: string) => void, openThread: (ts: string | null) => void,
 *   select: (channel: string) => void, confirm: (dialog: import('@slack/types').ConfirmationDialog) => Promise<boolean> }} Page
 */

export const PageContext = createContext(
  /** @type {Page} */ ({
    as: '',
    people: new Map(),
    channels: new Map(),
    groups: new Map(),
    act: async () => {},
    tell: () => {},
    openThread: () => {},
    select: () => {},
    confirm: async () => false,
  }),
);

/** @returns {Page} */
export const usePage = () => useContext(PageContext);
