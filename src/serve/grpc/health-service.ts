import type { ServerWritableStream } from '@grpc/grpc-js';
import { Refusal } from '../refusal.js';
import type { Service } from '../service.js';

interface HealthRequest {
  service: string;
}
interface HealthResponse {
  status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}

/** What may be asked about. */
const KNOWN = ['', 'inference.GRPCInferenceService', 'grpc.health.v1.Health'];

/** grpc.health.v1.Health: whether requests are welcome. */
export class Health {
  readonly #watching = new Set<ServerWritableStream<HealthRequest, HealthResponse>>();

  constructor(private readonly service: Service) {}

  /** Throws a refusal (404) for a service that there is not. */
  check({ service }: HealthRequest): HealthResponse {
    if (!KNOWN.includes(service)) throw new Refusal(404, `there is no service "${service}"`);
    return { status: this.service.hosting.ready ? 'SERVING' : 'NOT_SERVING' };
  }

  watch(call: ServerWritableStream<HealthRequest, HealthResponse>): void {
    const known = KNOWN.includes(call.request.service);
    call.write(known ? this.check(call.request) : { status: 'SERVICE_UNKNOWN' });
    this.#watching.add(call);
    call.on('close', () => this.#watching.delete(call));
    call.on('cancelled', () => this.#watching.delete(call));
  }

  /** Tells those who watch that the service stops, and ends their calls. */
  end(): void {
    for (const call of this.#watching) {
      if (KNOWN.includes(call.request.service)) call.write({ status: 'NOT_SERVING' });
      call.end();
    }
    this.#watching.clear();
  }
}
