import { z } from 'zod';
import { jsonList, text } from '../arguments.ts';
import { teamUrlOf } from '../company.ts';
import { wireFile } from '../wire-file.ts';
import { answer, fail, method } from './method.ts';

/** Of a free workspace 1 GB; here what a body may hold. */
const sizeLimit = 4_000_000;
const altLimit = 1_000;

const getUploadUrl = method({
  scope: ['files:write'],
  schema: z.object({
    filename: text.pipe(z.string().min(1).max(255)),
    length: z.coerce.number().int().min(0),
    alt_txt: text.optional(),
    snippet_type: text.optional(),
  }),
  run({ filename, length, alt_txt }, { host, workspace: { company, files, newId, store } }) {
    if (length === 0) return fail('missing_argument');
    if ((alt_txt ?? '').length > altLimit) return fail('alt_txt_too_large');
    if (length > sizeLimit) return fail('file_upload_size_restricted');
    const id = `F${newId()}`;
    const secret = files.begin({
      ...{ id, name: filename, size: length, user: company.bot.id, created: Math.floor(Number(store.nextTs())) },
      ...(alt_txt === undefined ? {} : { alt: alt_txt }),
    });
    return answer({ upload_url: `http://${host}/upload/v1/${secret}`, file_id: id });
  },
});

const completeUpload = method({
  scope: ['files:write'],
  schema: z.object({
    files: jsonList.pipe(
      z
        .array(z.object({ id: z.string(), title: z.string().optional() }))
        .min(1)
        .max(10),
    ),
    channel_id: text.optional(),
    thread_ts: text.optional(),
    initial_comment: text.optional(),
  }),
  run(args, { workspace: { company, files, store } }) {
    const channel = args.channel_id === undefined ? null : company.channel(args.channel_id);
    if (channel === undefined) return fail('channel_not_found');
    // Unlike a message, a file is never shared into a public channel from outside.
    if (channel !== null && !channel.members.has(company.bot.id))
      return fail(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
    const root = args.thread_ts === undefined ? undefined : store.find(channel?.id ?? '', args.thread_ts);
    if (args.thread_ts !== undefined && root === undefined) return fail('invalid_thread_ts');
    const whole = args.files.map(({ id, title }) => files.complete(id, title));
    const known = whole.filter((file) => file !== null);
    if (known.length < whole.length) return fail('file_not_found');
    if (channel !== null)
      store.post({
        ...{ channel: channel.id, user: company.bot.id, bot: true, text: args.initial_comment ?? '' },
        files: known.map(({ base64: _, ...file }) => file),
        ...(root === undefined ? {} : { thread_ts: root.thread_ts ?? root.ts }),
      });
    return answer({ files: known.map((file) => wireFile(file, teamUrlOf(company))) });
  },
});

export const fileMethods = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};
