import { mimetypeOf, type SlackFile } from './files.ts';
import type { JsonObject } from './message.ts';

/** A file as apps get it: https://docs.slack.dev/reference/objects/file-object */
export function wireFile(file: Omit<SlackFile, 'base64'>, teamUrl: string): JsonObject {
  const { id, name, title, alt, size, user, created } = file;
  const address = `${teamUrl}files/${user}/${id}/${encodeURIComponent(name.toLowerCase())}`;
  const mimetype = mimetypeOf(name);
  return {
    id,
    created,
    timestamp: created,
    name,
    title,
    mimetype,
    filetype: name.split('.').at(-1)?.toLowerCase() ?? '',
    pretty_type: mimetype === 'image/png' ? 'PNG' : 'Binary',
    user,
    editable: false,
    size,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: address,
    url_private_download: `${address}?download=1`,
    permalink: address,
    ...(alt === undefined ? {} : { alt_txt: alt }),
    has_rich_preview: false,
    file_access: 'visible',
  };
}
