import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GONE } from './refusal.js';
import type { Service } from './service.js';

/** A request that was answered; never what it held. */
export interface Answered {
  requestId: string;
  method: string;
  endpoint: string;
  status: number;
  seconds: number;
  /** Who asked, where keys are asked for. */
  key: string | undefined;
}

/** Who is told of every request, if anybody is. */
export type AnsweredListener = ((answered: Answered) => void) | undefined;

/** What is known of a request that is under way. */
interface UnderWayRequest {
  readonly id: string;
  readonly method: string;
  readonly holder?: string | undefined;
}

/** The requests that are under way over HTTP: each is counted once, when its answer is out or who asked has gone away. */
export class UnderWay {
  /** Those that one who answers has handed over to another, who begins them anew. */
  readonly #handedOver = new WeakSet<ServerResponse>();

  constructor(
    private readonly service: Service,
    private readonly answered: AnsweredListener,
  ) {}

  begin(endpoint: string, response: ServerResponse, request: UnderWayRequest): void {
    if (this.#handedOver.delete(response)) return;
    const { load, monitoring } = this.service;
    load.pending++;
    const from = performance.now();
    onceClosed(response, () => {
      load.pending--;
      const seconds = (performance.now() - from) / 1000;
      const status = response.writableFinished ? response.statusCode : GONE;
      monitoring.answered(endpoint, status, seconds);
      const { id, method, holder } = request;
      this.answered?.({ requestId: id, method, endpoint, status, seconds, key: holder });
    });
  }

  handOver(response: ServerResponse): void {
    this.#handedOver.add(response);
  }
}

/** What waits for a connection to close, in one listener. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Calls once when an answer is out, or cannot get out any more. */
export function onceClosed(response: ServerResponse, closed: () => void): void {
  // an answer that has the connection is told; one that waits behind another, of requests sent ahead, is not
  if (response.socket) {
    response.on('close', closed);
    return;
  }
  const { socket } = response.req;
  if (socket.destroyed) {
    closed();
    return;
  }
  const all = waiting.get(socket) ?? new Set();
  if (!waiting.has(socket)) {
    waiting.set(socket, all);
    socket.once('close', () => {
      for (const each of all) each();
    });
  }
  const once = () => {
    if (all.delete(once)) closed();
  };
  all.add(once);
  response.on('close', once);
}
