import { anything, bool, list, object, oneOf, string, typed } from './block-rules.ts';

const style = object({
  may: Object.fromEntries(['bold', 'italic', 'strike', 'underline', 'code'].map((name) => [name, bool])),
});
const richTexts = list(
  1000,
  typed({
    text: { needs: { text: string(12_000) }, may: { style } },
    link: { needs: { url: string(3000) }, may: { text: string(3000), style, unsafe: bool } },
    emoji: { needs: { name: string(100) }, may: { unicode: string(100), url: string(3000), style } },
    user: { needs: { user_id: string(50) }, may: { style } },
    usergroup: { needs: { usergroup_id: string(50) }, may: { style } },
    channel: { needs: { channel_id: string(50) }, may: { style } },
    broadcast: { needs: { range: oneOf('here', 'channel', 'everyone') }, may: { style } },
    color: { needs: { value: string(50) }, may: { style } },
    date: {
      needs: { timestamp: anything, format: string(200) },
      may: { url: string(3000), fallback: string(200), style },
    },
  }),
  0,
);
const richSection = { needs: { elements: richTexts } };
/** What stands in a block of rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export const richText = typed({
  rich_text_section: richSection,
  rich_text_list: {
    needs: { style: oneOf('bullet', 'ordered'), elements: list(1000, typed({ rich_text_section: richSection })) },
    may: { indent: anything, offset: anything, border: anything },
  },
  rich_text_quote: { needs: { elements: richTexts }, may: { border: anything } },
  rich_text_preformatted: { needs: { elements: richTexts }, may: { border: anything, language: string(50) } },
});
