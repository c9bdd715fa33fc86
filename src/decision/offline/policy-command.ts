import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import { parseDurationMs } from '../../doors/time.ts';
import { parseYaml, problemLines } from '../../doors/yaml.ts';
import { checkSluiceFile, type ReadFile } from '../../sluice-yaml.ts';
import { blobIdSchema, commitShaSchema } from '../../vocabulary/change.ts';
import { decide } from '../decide.ts';
import { adviceOn } from './advice.ts';
import { casesSchema, casesTable, runCases } from './cases.ts';
import { explain, explainTable } from './explain.ts';
import { givenSchema } from './given.ts';
import { personOf, questionOf } from './question-of.ts';
import { allHealthy, liveQuestion, type Recorded, recordedLines } from './recorded.ts';
import { type LogLine, logLineSchema, replay, replayReport } from './replay.ts';

/** What the commands need of the machine that they run on. */
export interface Terminal {
  readonly print: (text: string) => void;
  /** Rejects (Refusal) where it cannot be read. */
  readonly readText: (path: string) => string;
  readonly nowMs: number;
  /** What Redis knows; null where none is to be asked. */
  readonly record: Recorded | null;
}

interface Options {
  readonly file?: string | undefined;
  readonly facts?: string | undefined;
  readonly log?: string | undefined;
  readonly since?: string | undefined;
  readonly members?: string | undefined;
}

export const policyUsage = [
  'policy check FILE                       schema, conflicts, rules that can never matter, typos',
  'policy test CASES                       decide the cases in a file beside the policies',
  'policy explain SERVICE ENV VERSION [--file sluice.yaml] [--facts FILE]     what each policy says, and why',
  'policy replay [--since 90d] [--file sluice.yaml] [--log FILE] [--members FILE]   what a file would have decided',
] as const;

/** `policy check|test|explain|replay`: offline and without Slack. The answer is the exit code. */
export async function runPolicyCommand(
  [verb, ...words]: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<number> {
  switch (verb) {
    case 'check':
      return check(words, terminal);
    case 'test':
      return test(words, terminal);
    case 'explain':
      return explainRelease(words, options, terminal);
    case 'replay':
      return replayLog(options, terminal);
    default:
      throw new Refusal(
        `policy takes check, test, explain or replay${verb === undefined ? '' : `, not "${verb}"`}.\n\n${policyUsage.map((line) => `  npm start -- ${line}`).join('\n')}`,
      );
  }
}

function check(files: readonly string[], terminal: Terminal): number {
  if (files.length === 0) throw new Refusal('policy check needs a file: npm start -- policy check sluice.yaml');
  const valid = files.map((file) => isValid(file, terminal));
  return valid.every((each) => each) ? 0 : 1;
}

function isValid(file: string, terminal: Terminal): boolean {
  const parsed = checkSluiceFile(terminal.readText(file), file);
  if (parsed.kind === 'invalid') {
    terminal.print(problemLines(parsed.problems));
    return false;
  }
  const { policies, roles } = parsed.value;
  for (const { line, message } of adviceOn({ file: parsed.value, lineOf: parsed.lineOf }, terminal.nowMs))
    terminal.print(`${file}:${line}: note: ${message}`);
  terminal.print(`${file}: valid, ${policies.length} policies, ${roles.length} lines of roles`);
  return true;
}

function test([path, ...more]: readonly string[], terminal: Terminal): number {
  if (path === undefined || more.length > 0)
    throw new Refusal('policy test needs one file of cases: npm start -- policy test sluice.cases.yaml');
  const cases = readValid(path, casesSchema, terminal);
  const results = runCases(readPolicy(resolve(dirname(path), cases.policies), terminal), cases);
  terminal.print(casesTable(results));
  return results.every(({ passed }) => passed) ? 0 : 1;
}

async function explainRelease(words: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const [service, environment, version, ...more] = words;
  if (service === undefined || environment === undefined || version === undefined || more.length > 0)
    throw new Refusal(
      'policy explain needs a service, an environment and a version: npm start -- policy explain web production 1.4.2',
    );
  const policy = await readStanding(options, terminal);
  const told = options.facts === undefined ? {} : readValid(options.facts, givenSchema, terminal);
  const asked = { ...told, request: { ...told.request, service, environment, version } };
  const question =
    terminal.record === null
      ? questionOf(policy, asked)
      : await liveQuestion(policy, asked, terminal.record, terminal.nowMs);
  terminal.print(explainTable(explain(question)));
  const { kind, reasons } = decide(question);
  const next = reasons.flatMap((reason) => reason.next ?? [])[0];
  terminal.print(
    `\n${service} ${version} → ${environment}, asked by ${question.request.requester.name}: ${kind}${next === undefined ? '' : `. Next: ${next}`}`,
  );
  const unknown = namesIn(policy).filter((name) => !question.facts.members.has(name));
  if (unknown.length > 0)
    terminal.print(`Nobody is known to be in ${unknown.join(', ')}: name them under members in a file of --facts.`);
  return 0;
}

/** Groups and people of roles and approvals. */
function namesIn({ file }: ReadFile): readonly string[] {
  const named = [
    ...file.roles.flatMap(({ of }) => of),
    ...file.policies.flatMap((line) => (line.kind === 'approvals' ? (line.from ?? []) : [])),
  ];
  return [...new Set(named)];
}

async function replayLog(options: Options, terminal: Terminal): Promise<number> {
  const sinceMs = parseDurationMs(options.since ?? '90d');
  if (sinceMs === null) throw new Refusal(`--since takes a duration such as 90d or 12h, not "${options.since}".`);
  const read = readLines(await logLines(options, terminal));
  const policy = readPolicy(options.file ?? 'sluice.yaml', terminal);
  const healthyBefore = terminal.record === null ? undefined : await allHealthy(terminal.record, read, policy);
  const members = options.members === undefined ? undefined : readMembers(options.members, policy, terminal);
  const replayed = replay(read, policy, {
    sinceMs: terminal.nowMs - sinceMs,
    healthyBefore,
    members,
  });
  terminal.print(replayReport(replayed));
  return 0;
}

async function logLines({ log }: Options, terminal: Terminal): Promise<readonly unknown[]> {
  if (log !== undefined) return jsonLines(log, terminal);
  if (terminal.record === null)
    throw new Refusal('policy replay needs a log: --log FILE (made by npm start -- log), or REDIS_URL.');
  return recordedLines(terminal.record);
}

function jsonLines(path: string, terminal: Terminal): readonly unknown[] {
  const lines = terminal.readText(path).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new Refusal(`${path}:${index + 1}: is not a line of JSON.`, { cause: error });
    }
  });
}

function readLines(lines: readonly unknown[]): readonly LogLine[] {
  return lines.map((line, index) => {
    const parsed = logLineSchema.safeParse(line);
    if (!parsed.success)
      throw new Refusal(`Line ${index + 1} of the log is not one of Sluice's: ${parsed.error.issues[0]?.message}.`);
    return parsed.data;
  });
}

function readMembers(path: string, policy: ReadFile, terminal: Terminal) {
  const groups = readValid(path, z.record(z.string(), z.array(z.string())), terminal);
  return new Map(
    Object.entries(groups).map(([group, names]) => [group, names.map((name) => personOf(name, policy.file).user)]),
  );
}

/** The file that was named; else the one that Redis keeps, or the one that lies here. */
async function readStanding({ file }: Options, terminal: Terminal): Promise<ReadFile> {
  const kept = file === undefined ? await terminal.record?.policyText() : undefined;
  return typeof kept === 'string' ? policyFrom(kept, 'sluice.yaml') : readPolicy(file ?? 'sluice.yaml', terminal);
}

function readPolicy(path: string, terminal: Terminal): ReadFile {
  return policyFrom(terminal.readText(path), path);
}

function policyFrom(text: string, path: string): ReadFile {
  const parsed = checkSluiceFile(text, path);
  if (parsed.kind === 'invalid') throw new Refusal(problemLines(parsed.problems));
  // A file on disk is of no commit and no blob.
  const none = '0'.repeat(40);
  return {
    kind: 'valid',
    file: parsed.value,
    blob: blobIdSchema.parse(none),
    commit: commitShaSchema.parse(none),
    lineOf: parsed.lineOf,
  };
}

function readValid<S extends z.ZodType>(path: string, schema: S, terminal: Terminal): z.infer<S> {
  const parsed = parseYaml(terminal.readText(path), path, schema);
  if (parsed.kind === 'invalid') throw new Refusal(problemLines(parsed.problems));
  return parsed.value;
}
