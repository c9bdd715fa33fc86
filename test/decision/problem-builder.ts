import { checkSluiceFile } from '../../src/sluice-yaml.ts';

/** A file with two environments and two services, to which policies are to be added. */
export const base = `version: 1
environments:
  dev: { clusters: [dev], channel: "#dev" }
  production: { clusters: [eu], channel: "#production", after: dev }
services:
  web: { squad: storefront, folder: "apps/{environment}/web" }
  api: { folder: "apps/{environment}/api" }
roles:
  - { role: releaser, of: ["@developers"] }
policies:
`;

/** What is wrong with these policies, with line and column. */
export function problemsOf(...lines: string[]): string[] {
  const text = base + lines.map((line) => `  - { ${line} }\n`).join('');
  const checked = checkSluiceFile(text, 'sluice.yaml');
  if (checked.kind === 'parsed') return [];
  return checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** The same of a whole file, without the place. */
export function messagesOf(text: string): string[] {
  const checked = checkSluiceFile(text, 'sluice.yaml');
  return checked.kind === 'parsed' ? [] : checked.problems.map(({ message }) => message);
}
