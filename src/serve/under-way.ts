import type { ServerResponse } from 'node:http';
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
interface Asking {
  readonly id: string;
  readonly method?: string | undefined;
  readonly holder?: string | undefined;
}

/**
 * What takes a request at an endpoint for one that is under way, and counts it in the end, which comes even where who asked has gone
 * away. The answer leaves it uncounted, for somebody else to take.
 */
export function underWay({ load, monitoring }: Service, answered: AnsweredListener) {
  return (endpoint: string, response: ServerResponse, asking: Asking): (() => void) => {
    load.pending++;
    const from = performance.now();
    const closed = () => {
      load.pending--;
      const seconds = (performance.now() - from) / 1000;
      const status = response.writableFinished ? response.statusCode : GONE;
      monitoring.answered(endpoint, status, seconds);
      if (!answered) return;
      const { id, method = 'POST', holder } = asking;
      answered({ requestId: id, method, endpoint, status, seconds, key: holder });
    };
    response.on('close', closed);
    return () => {
      load.pending--;
      response.off('close', closed);
    };
  };
}
