import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

/** The browser that tests use, if there is one. */
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
};

/**
 * Serves a folder to a real browser, which runs a module in a page of that origin: what the module returns, as JSON, and what
 * was said on the console.
 */
export async function inChromium(
  folder: string,
  body: string,
  size = '1280,900',
): Promise<{ answer: unknown; console: string[] }> {
  const page = `<!doctype html><meta charset="utf-8"><title></title><pre></pre><script type="module">
    const run = async () => { ${body} };
    document.querySelector('pre').textContent = JSON.stringify(await run().catch((error) => ({ error: error.stack })));
  </script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream');
    if (pathname === '/harness.html') return response.end(page);
    const file = join(folder, decodeURIComponent(pathname));
    response.statusCode = existsSync(file) ? 200 : 404;
    response.end(existsSync(file) ? readFileSync(file) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'maas-chromium-'));
  const flags =
    '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr --virtual-time-budget=30000 --dump-dom';
  try {
    const { port } = server.address() as AddressInfo;
    const child = spawn(
      chromium!,
      [
        ...flags.split(' '),
        `--window-size=${size}`,
        `--user-data-dir=${profile}`,
        `http://127.0.0.1:${port}/harness.html`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [dom, log] = await Promise.all([read(child, 'stdout'), read(child, 'stderr')]);
    const text = /<pre>(.*)<\/pre>/s.exec(dom)?.[1] ?? '';
    const plain = text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&nbsp;', '\u00a0')
      .replaceAll('&amp;', '&');
    return { answer: JSON.parse(plain), console: log.split('\n').filter((line) => /CONSOLE/.test(line)) };
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

async function read(child: ChildProcess, name: 'stdout' | 'stderr'): Promise<string> {
  let all = '';
  for await (const piece of child[name]!.setEncoding('utf8')) all += piece;
  return all;
}
