import { code, context, type ModalView, modal, shorten, textInput } from '../../words/blocks.ts';

export const policyFormName = 'policy.form';

type Kinds = readonly { readonly kind: string; readonly settings: readonly string[] }[];

/** What the form has fields for, and what most kinds take: said once. */
const asked = ['environments', 'services'];
const everywhere = [...asked, 'squads', 'name', 'level', 'override'];

/** What sets a kind apart; the first ten, as a context has ten elements. */
function ownSettings(kinds: Kinds): Kinds {
  return kinds
    .slice(0, 10)
    .map(({ kind, settings }) => ({ kind, settings: settings.filter((name) => !everywhere.includes(name)) }));
}

/** A kind, where it holds, and its settings as the file would have them. */
export function policyForm(kinds: Kinds, about: string): ModalView {
  const plain = (text: string) => ({ type: 'plain_text' as const, text: shorten(text, 150) });
  const names = (name: string, label: string, hint: string) => ({
    type: 'input' as const,
    block_id: name,
    label: plain(label),
    optional: true,
    hint: plain(hint),
    element: { type: 'plain_text_input' as const, action_id: name, max_length: 300 },
  });
  return modal({
    callback: policyFormName,
    about,
    title: 'Add a policy',
    submit: 'Preview',
    blocks: [
      {
        type: 'input',
        block_id: 'kind',
        label: plain('Kind'),
        element: {
          type: 'static_select',
          action_id: 'kind',
          options: kinds.slice(0, 100).map(({ kind }) => ({ text: plain(kind), value: kind })),
        },
      },
      names('environments', 'Environments', 'Names or patterns; left empty: all'),
      names('services', 'Services', 'Names or patterns; left empty: all'),
      textInput({
        name: 'settings',
        label: 'Settings, a line each',
        placeholder: 'from: ["@security"]\ncount: 1',
        limit: 2_000,
      }),
      context(
        ...ownSettings(kinds).map(({ kind, settings }) => `${code(kind)} ${settings.join(', ') || 'needs none'}`),
      ),
      context(`Where it fits also: ${everywhere.filter((name) => !asked.includes(name)).join(', ')}`),
    ],
  });
}
