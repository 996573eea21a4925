import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

/** What names a request: what its sender calls it (`x-request-id`), if that is short and plain, else a name of our own. */
export function requestIds(): (request: IncomingMessage | Http2ServerRequest) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given)
      ? given
      : `${prefix}-${(++count).toString(36)}`;
  };
}
