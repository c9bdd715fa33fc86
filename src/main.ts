import { runCommand } from './cli.ts';
import { messageOf, Refusal } from './doors/errors.ts';

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env);
} catch (error) {
  const text =
    error instanceof Refusal
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : messageOf(error);
  // What a start that failed has opened would keep the process alive, and nobody would start it anew.
  process.stderr.write(`${text}\n`, () => process.exit(1));
}
