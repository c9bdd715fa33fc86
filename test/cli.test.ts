import { expect, test } from 'vitest';
import { runCommand } from '../src/cli.ts';

test.each([
  [['--port', '70000'], /--port takes a number from 0 to 65535, not "70000"/],
  [['--prot', '1'], /'--prot'.*See npm start -- --help/],
  [['playground', 'redis'], /has no part "redis"; it has slack, cluster and git/],
  [['releese'], /There is no command "releese"[\s\S]*Usage: npm start/],
  [['serve'], /serve needs a configuration: --config FILE, or SLUICE_CONFIG/],
  [['check'], /check needs a file: npm start -- check sluice\.yaml/],
])('%j is refused with what to type', async (args, expected) => {
  await expect(runCommand(args, {})).rejects.toThrow(expected);
});
