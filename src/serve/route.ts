import type { FastifyReply, FastifyRequest } from 'fastify';

/** A JSON Schema. */
export type Schema = { readonly [key: string]: unknown };

/**
 * One thing that the service answers. Routes are plain data: what they take and give is said once, and validates requests,
 * writes answers and makes the OpenAPI document.
 */
export interface Route {
  method: 'GET' | 'POST';
  /** As OpenAPI writes it: `/v2/models/{model}/infer`. */
  path: string;
  /** As fastify writes it, where that is not the same with colons. */
  url?: string;
  summary: string;
  /** Answers without an API key: for probes. */
  open?: boolean;
  /** No part of the OpenAPI document. */
  hidden?: boolean;
  body?: Schema;
  /** A body of a text alone has what `answerJson` says of it for an answer, so that the fast path may give it. */
  oneText?: boolean;
  /** Media types of bodies, where it takes others than JSON. */
  bodyTypes?: readonly string[];
  /** What it answers with 200; JSON unless `type` says otherwise. */
  response?: Schema;
  type?: string;
  /**
   * Answers: with data that `response` describes, with a text that is JSON already, or by `reply` itself. Throws a refusal for
   * what it does not answer.
   */
  handle(request: FastifyRequest, reply: FastifyReply): unknown;
}
