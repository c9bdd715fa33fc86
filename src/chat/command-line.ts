import { messageOf, Refusal, Retryable } from '../doors/errors.ts';
import type { HttpAnswer, HttpRequest, Route } from '../doors/http.ts';
import { own } from '../doors/own.ts';
import { signerOf } from '../doors/ssh-signature.ts';
import { epochMsOf, pause } from '../doors/time.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Release } from '../vocabulary/release.ts';
import { commandPath, type SignedCommand, signatureHeader, signedCommandSchema } from '../vocabulary/signed-command.ts';
import { act, isForm } from './act.ts';
import { parse } from './grammar.ts';
import type { ListenerPorts } from './guarded.ts';
import { createRefusalLog } from './refusal-log.ts';
import { harmless, plainText } from './views/plain.ts';

/** As old, or as far ahead, as Slack's own requests may be. */
const freshMs = 300_000;
/** How long an answer waits for what is decided, so that a refusal is read in the terminal. */
const decidedWithinMs = 8_000;
const longestBody = 8_000;
/** What is asked on the machine itself, or through a port that is forwarded to it. */
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Commands from a terminal, for when Slack cannot be reached: the same grammar, decisions and record. Who acts is proved by a
 * signature with a key that `people:` names in the version of sluice.yaml that counts; the channels are told as ever.
 */
export function commandLineRoute(ports: ListenerPorts): Route {
  const complain = createRefusalLog(ports, 'commands from a terminal were refused');
  const handle = async (request: HttpRequest): Promise<HttpAnswer> => {
    const read = readCommand(request);
    if (typeof read === 'string') return { status: 400, body: { error: read } };
    const proved = prove(ports, request, read);
    if (typeof proved === 'string') {
      complain(`${read.as}: ${proved}`);
      return { status: 401, body: { error: proved } };
    }
    try {
      if (!(await ports.firstSeen(`command ${read.as} ${read.nonce}`)))
        return { status: 401, body: { error: 'that command was sent before' } };
      return { status: 200, body: { text: await run(ports, proved, read) } };
    } catch (error) {
      if (error instanceof Refusal) return { status: 400, body: { error: error.message } };
      ports.log.error({ err: messageOf(error), as: read.as }, 'a command from a terminal failed');
      const why = error instanceof Retryable ? error.message : 'something went wrong inside; the log says what';
      return { status: 503, body: { error: `${why}; try again in a minute` } };
    }
  };
  return { method: 'POST', path: commandPath, handle };
}

function readCommand({ body }: HttpRequest): SignedCommand | string {
  if (body.length > longestBody) return `a command has at most ${longestBody} bytes`;
  try {
    const parsed = signedCommandSchema.safeParse(JSON.parse(body.toString('utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `not a signed command: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
  } catch {
    return 'not a signed command: it is no JSON';
  }
}

/** Who signed it, or why it does not count. What is wrong with a signature is not told apart from an unknown name. */
function prove(ports: ListenerPorts, { headers, body }: HttpRequest, { as, at, to }: SignedCommand): Person | string {
  const entry = own(peopleOf(ports), as);
  const armoured = Buffer.from(String(headers[signatureHeader] ?? ''), 'base64').toString('latin1');
  if (entry === undefined || signerOf(armoured, body, 'sluice-command', entry.keys ?? []) === null)
    return `no key of ${as} in people: has signed this`;
  if (Math.abs(ports.clock.now() - epochMsOf(at)) > freshMs)
    return `it is of ${at}, more than five minutes from now; is the clock right?`;
  if (to !== ports.publicHost && !loopback.test(to))
    return `it is meant for ${to}; http.url of the configuration says which address people use`;
  return { user: entry.slack, name: as, ...(entry.email === undefined ? {} : { email: entry.email }) };
}

/** Those of the version that counts. */
function peopleOf({ catalog }: ListenerPorts) {
  const snapshot = catalog.snapshot();
  return (snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file)?.people ?? {};
}

async function run(ports: ListenerPorts, signer: Person, { text, as, nonce }: SignedCommand): Promise<string> {
  const parsed = parse(text, '/release', ports.catalog.names());
  if (parsed.kind === 'command' && isForm(parsed.command))
    return 'That opens a form, which only Slack can show; name everything.';
  const directory = { ...ports.directory, person: personOr(ports, signer), timeZoneOf: async () => 'UTC' };
  const asked = { channel: signer.user, via: 'command-line' } as const;
  ports.log.info({ as, text: text.slice(0, 200) }, 'a command came from a terminal');
  const { body, release } = await act({ ...ports, directory }, signer.user, asked, `command:${as}:${nonce}`, parsed);
  const names = new Map(Object.entries(peopleOf(ports)).map(([name, { slack }]) => [slack as string, name]));
  const said = plainText(body, (id) => names.get(id));
  if (release === undefined) return said;
  return `${said}\n${harmless(outcomeOf(await decided(ports, release)))}`;
}

/** While Slack can be asked, whoever has left is nobody; while it cannot, the reviewed file stands in for it. */
function personOr(ports: ListenerPorts, signer: Person): ListenerPorts['directory']['person'] {
  return async (user) => {
    try {
      return await ports.directory.person(user);
    } catch (error) {
      if (error instanceof Retryable && user === signer.user) return signer;
      throw error;
    }
  };
}

async function decided(ports: ListenerPorts, accepted: Release): Promise<Release> {
  const end = ports.clock.now() + decidedWithinMs;
  for (;;) {
    const now = (await ports.release(accepted.id)) ?? accepted;
    if (now.state.kind !== 'requested' || ports.clock.now() > end) return now;
    await pause(100);
  }
}

function outcomeOf(release: Release): string {
  const { decision, state, id } = release;
  const name = id.slice(-8);
  const reasons = (decision?.reasons ?? []).map(
    ({ text, source, next }) =>
      `- ${text}${source === undefined ? '' : ` (${source})`}${next === undefined ? '' : `. Next: ${next.replaceAll('`', '')}`}`,
  );
  switch (state.kind) {
    case 'denied':
      return ['Not released:', ...reasons].join('\n');
    case 'held':
      return [`${name} waits:`, ...reasons].join('\n');
    case 'unchanged':
      return 'It is written there already.';
    default:
      return `${name} is ${state.kind}. Look again: describe ${name}`;
  }
}
