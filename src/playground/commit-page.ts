import type { ServerResponse } from 'node:http';
import { git } from './git-command.ts';

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What a forge would show for a commit: its message and its diff. */
export function commitPage(path: string, commit: string, response: ServerResponse): void {
  const shown = git(path, ['show', '--no-color', '--format=%H%n%an <%ae>%n%aI%n%n%B', commit, '--']);
  if (shown.code !== 0) return void response.writeHead(404).end('no such commit');
  const lines = shown.out.split('\n').map((line) => {
    const kind = line.startsWith('+')
      ? 'add'
      : line.startsWith('-')
        ? 'del'
        : line.startsWith('@@') || line.startsWith('diff ')
          ? 'meta'
          : '';
    return `<span class="${kind}">${escaped(line)}</span>`;
  });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(commit.slice(0, 7))} · gitops</title>
<style>:root{color-scheme:light dark}body{font:14px/1.5 ui-monospace,monospace;max-width:960px;margin:32px auto;padding:0 16px}span{display:block;white-space:pre-wrap;min-height:1.5em}.add{background:#2da44e26}.del{background:#cf222e26}.meta{opacity:.6}</style>
<h1>Commit ${escaped(commit.slice(0, 7))}</h1>${lines.join('')}</html>`);
}
