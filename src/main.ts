import { runCommand } from './cli.ts';
import { messageOf, Refusal } from './errors.ts';

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env);
} catch (error) {
  const text =
    error instanceof Refusal
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : messageOf(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
