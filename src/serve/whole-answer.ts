import type { ServerResponse } from 'node:http';

/** What Node's responses send by, which its types leave out: the head, once it is known, goes in front of what is sent first. */
interface Sending {
  _header: string | null;
  _send?(data: string, encoding: BufferEncoding): boolean;
}

/**
 * Sends the head of a 200 and the body in one write, as `writeHead` and `end` would to the byte. Those check each header again, and
 * hold the connection back until there are two writes to send as one, which together takes longer than to score a short text. Where
 * the connection is to be closed, or Node has become another, it is left to them.
 * @param fields headers that are known to be in order
 * @param keepAliveSeconds how long the server keeps an idle connection open
 */
export function sendWhole(
  response: ServerResponse,
  fields: Readonly<Record<string, string>>,
  body: string,
  keepAliveSeconds: number,
): void {
  const length = Buffer.byteLength(body);
  const sending = response as unknown as Sending;
  if (!response.shouldKeepAlive || !sending._send) {
    response.writeHead(200, { ...fields, 'content-length': length }).end(body);
    return;
  }
  let head = 'HTTP/1.1 200 OK\r\n';
  for (const name in fields) head += `${name}: ${fields[name]}\r\n`;
  const kept = keepAliveSeconds > 0 ? `Keep-Alive: timeout=${keepAliveSeconds}\r\n` : '';
  sending._header = `${head}content-length: ${length}\r\nDate: ${date()}\r\nConnection: keep-alive\r\n${kept}\r\n`;
  sending._send(body, length === body.length ? 'latin1' : 'utf8');
  response.end();
}

let second = 0;
let text = '';

/** Now, as a header has it. */
function date(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(1000 * now).toUTCString();
  }
  return text;
}
