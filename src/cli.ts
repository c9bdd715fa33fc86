import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileTrouble, Refusal } from './doors/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface CliCommand {
  readonly usage: string;
  readonly summary: string;
  readonly run: (args: readonly string[], environment: Environment) => Promise<number>;
}

/** Every command loads its rooms when it runs: `check` never loads Bolt. */
const commands: Readonly<Record<string, CliCommand>> = {
  playground: {
    usage: 'playground [slack|cluster|git] [--port N]',
    summary: 'a Slack workspace, clusters and Git on one page, no setup (the default); or one part alone',
    run: playground,
  },
  serve: {
    usage: 'serve [--config FILE]',
    summary: 'the service alone, with the configuration in FILE or SLUICE_CONFIG',
    run: serve,
  },
  doctor: {
    usage: 'doctor [CONFIG] [--json]',
    summary:
      'look at Slack, Redis, Git, clusters, rights, clock, key and both files, and say how to mend what is wrong',
    run: doctor,
  },
  check: {
    usage: 'check FILE...',
    summary: 'validate sluice.yaml or the deployment configuration, offline',
    run: check,
  },
  policy: {
    usage: 'policy check|test|explain|replay ...',
    summary: 'what policies say, and would have said, offline; npm start -- policy shows each',
    run: policy,
  },
  ask: {
    usage: 'ask release|rollback|approve|status|lock ... --as NAME',
    summary: 'what one types after /release, signed, for when Slack is away; SLUICE_URL, SLUICE_KEY (or --url, --key)',
    run: ask,
  },
  artifact: {
    usage: 'artifact push SERVICE --image IMAGE ...',
    summary:
      'tell Sluice what CI built, with the commits since; SLUICE_URL and ARTIFACT_TOKEN; npm start -- artifact shows all',
    run: artifact,
  },
  init: {
    usage: 'init FOLDER',
    summary:
      'propose a sluice.yaml for the GitOps repository in FOLDER, and say what could not be placed; writes nothing',
    run: init,
  },
  log: {
    usage: 'log',
    summary: 'print the whole record as lines of JSON, from the Redis of REDIS_URL',
    run: log,
  },
  schema: {
    usage: 'schema [sluice|config]',
    summary: 'print the JSON Schema of either file, for editors',
    run: schema,
  },
  reference: {
    usage: 'reference [policies|commands|metrics|configuration]',
    summary: 'print a page about every policy, command, metric or setting, or all of them, as Markdown',
    run: reference,
  },
};

/** Runs one command line; the answer is the exit code. Mistakes are Refusals that name what to type. */
export async function runCommand(args: readonly string[], environment: Environment): Promise<number> {
  const [first = 'playground'] = args;
  if (first === '--help' || first === '-h' || first === 'help') {
    print(help());
    return 0;
  }
  // `npm start -- --port 4000`: an option of the command that needs no name.
  const [name = 'playground', ...rest] = first.startsWith('--') ? ['playground', ...args] : args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new Refusal(`There is no command "${name}".\n\n${help()}`);
  if (rest.includes('--help')) {
    print(`npm start -- ${command.usage}\n  ${command.summary}`);
    return 0;
  }
  return command.run(rest, environment);
}

function help(): string {
  const lines = Object.values(commands).flatMap(({ usage, summary }) => [`  ${usage}`, `      ${summary}`]);
  return [
    'Usage: npm start -- [COMMAND]',
    '',
    ...lines,
    '',
    'Without a command: the playground. Into a file, without the lines of npm: npm start --silent -- COMMAND > FILE',
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function options<const T extends Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>>(
  args: readonly string[],
  accepted: T,
) {
  try {
    return parseArgs({ args: [...args], options: accepted, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}. See npm start -- --help.`, { cause: error });
  }
}

async function serve(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = options(args, { config: { type: 'string' } });
  const path = values.config ?? environment['SLUICE_CONFIG'];
  if (path === undefined) throw new Refusal('serve needs a configuration: --config FILE, or SLUICE_CONFIG.');
  const { loadConfig } = await import('./config.ts');
  const { serveUntilStopped } = await import('./app.ts');
  await serveUntilStopped(loadConfig(path, environment), environment);
  return 0;
}

async function doctor(args: readonly string[], environment: Environment): Promise<number> {
  const { values, positionals } = options(args, { config: { type: 'string' }, json: { type: 'boolean' } });
  const path = positionals[0] ?? values.config ?? environment['SLUICE_CONFIG'];
  if (path === undefined || positionals.length > 1)
    throw new Refusal('doctor needs a configuration: npm start -- doctor FILE, or SLUICE_CONFIG.');
  const { examine } = await import('./commands/doctor.ts');
  const { findingLines } = await import('./vocabulary/finding.ts');
  const findings = await examine(path, environment);
  print(values.json === true ? JSON.stringify(findings, null, 2) : findingLines(findings));
  return findings.some(({ level }) => level === 'fail') ? 1 : 0;
}

async function ask(args: readonly string[], environment: Environment): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = options(args, { as: text, key: text, url: text });
  const as = values.as ?? environment['SLUICE_AS'];
  const key = values.key ?? environment['SLUICE_KEY'];
  if (positionals.length === 0 || as === undefined || key === undefined)
    throw new Refusal(
      'ask needs a command, who asks and their key: npm start -- ask status --as ada --key ~/.ssh/id_ed25519. The name and the public key stand in people: of sluice.yaml; SLUICE_AS and SLUICE_KEY do as well.',
    );
  const { sendCommand } = await import('./commands/command-line.ts');
  const url = values.url ?? environment['SLUICE_URL'] ?? 'http://127.0.0.1:8080';
  print(await sendCommand(positionals, { as, key, url }));
  return 0;
}

async function artifact(args: readonly string[], environment: Environment): Promise<number> {
  const { pushHelp, pushOptions, runArtifactCommand } = await import('./catalog/push/push-command.ts');
  const { values, positionals } = options(args, pushOptions);
  if (positionals.length === 0) print(pushHelp);
  else print(await runArtifactCommand(positionals, values, { environment, readText }));
  return 0;
}

async function init(args: readonly string[], environment: Environment): Promise<number> {
  const [folder, ...more] = options(args, {}).positionals;
  if (folder === undefined || more.length > 0)
    throw new Refusal(
      'init needs the folder of a GitOps repository: npm start --silent -- init ../gitops > sluice.yaml',
    );
  const { proposeFor } = await import('./commands/init.ts');
  process.stdout.write(await proposeFor(folder, environment));
  return 0;
}

async function playground(args: readonly string[]): Promise<number> {
  const { values, positionals } = options(args, { port: { type: 'string' } });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new Refusal(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  const { startPart, startPlayground } = await import('./playground/start.ts');
  const [part] = positionals;
  if (part === undefined) await startPlayground(port === undefined ? {} : { port });
  else if (part === 'slack' || part === 'cluster' || part === 'git')
    await startPart(part, port === undefined ? {} : { port });
  else throw new Refusal(`The playground has no part "${part}"; it has slack, cluster and git.`);
  return 0;
}

async function check(args: readonly string[]): Promise<number> {
  const { positionals } = options(args, {});
  if (positionals.length === 0) throw new Refusal('check needs a file: npm start -- check sluice.yaml');
  const { checkSluiceFile } = await import('./sluice-yaml.ts');
  const { configSchema } = await import('./config.ts');
  const { parseYaml, problemLines } = await import('./doors/yaml.ts');
  let wrong = 0;
  for (const file of positionals) {
    const text = readText(file);
    // sluice.yaml begins with its version; the deployment's own file has none.
    const parsed = /^version:/m.test(text) ? checkSluiceFile(text, file) : parseYaml(text, file, configSchema);
    if (parsed.kind === 'parsed') print(`${file}: valid`);
    else {
      wrong += 1;
      print(problemLines(parsed.problems));
    }
  }
  return wrong === 0 ? 0 : 1;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`Cannot read ${file}: ${fileTrouble(error)}.`, { cause: error });
  }
}

async function schema(args: readonly string[]): Promise<number> {
  const { positionals } = options(args, {});
  const { configJsonSchema, sluiceJsonSchema } = await import('./sluice-yaml.ts');
  const [which = 'sluice'] = positionals;
  if (which !== 'sluice' && which !== 'config') throw new Refusal(`schema takes sluice or config, not "${which}".`);
  print(JSON.stringify(which === 'sluice' ? sluiceJsonSchema() : configJsonSchema(), null, 2));
  return 0;
}

async function reference(args: readonly string[]): Promise<number> {
  const { referencePages } = await import('./commands/reference.ts');
  print(await referencePages(args));
  return 0;
}

async function policy(args: readonly string[], environment: Environment): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = options(args, { file: text, facts: text, log: text, since: text, members: text });
  const { runPolicyCommand } = await import('./decision/offline/policy-command.ts');
  const url = environment['REDIS_URL'];
  const terminal = { print, readText, nowMs: Date.now(), record: null };
  if (url === undefined || (positionals[0] !== 'explain' && positionals[0] !== 'replay'))
    return runPolicyCommand(positionals, values, terminal);
  const { withRecord } = await import('./commands/record.ts');
  return withRecord(url, (record) => runPolicyCommand(positionals, values, { ...terminal, record }));
}

async function log(_args: readonly string[], environment: Environment): Promise<number> {
  const url = environment['REDIS_URL'];
  if (url === undefined) throw new Refusal('log needs REDIS_URL, the Redis that Sluice keeps its record in.');
  const { withRecord } = await import('./commands/record.ts');
  await withRecord(url, async ({ log: lines }) => {
    for await (const line of lines()) print(JSON.stringify(line));
  });
  return 0;
}
