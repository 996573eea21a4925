import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';

const proto = fileURLToPath(new URL('../../data/open_inference.proto', import.meta.url));
const definition = loader.loadSync(proto, { keepCase: true, longs: Number, enums: String, defaults: true });
const { GRPCInferenceService } = (
  grpc.loadPackageDefinition(definition) as unknown as {
    inference: { GRPCInferenceService: grpc.ServiceClientConstructor };
  }
).inference;

/** What came of a call: `OK` or the name of a status, its sentence, its metadata, and the labels. */
export interface Called {
  code: string;
  details: string;
  retryAfter: string | undefined;
  labels: string[];
  scores: number[];
}

export interface CallOptions {
  key?: string;
  /** From now on. */
  deadlineMs?: number;
}

/** A client of the Open Inference Protocol. */
export class GrpcClient {
  readonly #client: grpc.Client;

  constructor(address: string, credentials = grpc.credentials.createInsecure()) {
    this.#client = new GRPCInferenceService!(address, credentials, {
      // each client has connections of its own, as another machine would have
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
    });
  }

  /** Begins a call; `cancel` ends it. */
  infer(model: string, texts: readonly string[], { key, deadlineMs = 60_000 }: CallOptions = {}) {
    const metadata = new grpc.Metadata();
    if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
    const contents = { bytes_contents: texts.map((text) => Buffer.from(text)) };
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [texts.length], contents }];
    let call: grpc.ClientUnaryCall | undefined;
    const called = new Promise<Called>((resolve) => {
      call = this.#client.makeUnaryRequest(
        ...this.#wire('ModelInfer'),
        { model_name: model, inputs },
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, answer) => {
          const [label, score] = (answer as Answer | undefined)?.outputs ?? [];
          resolve({
            code: grpc.status[error?.code ?? grpc.status.OK],
            details: error?.details ?? '',
            retryAfter: error?.metadata.get('retry-after')[0]?.toString(),
            labels: (label?.contents.bytes_contents ?? []).map((bytes) => bytes.toString()),
            scores: score?.contents.fp64_contents ?? [],
          });
        },
      );
    });
    return { called, cancel: () => call!.cancel() };
  }

  close(): void {
    this.#client.close();
  }

  #wire(name: string) {
    const { path, requestSerialize, responseDeserialize } = GRPCInferenceService!.service[name]!;
    return [path, requestSerialize, responseDeserialize] as const;
  }
}

interface Answer {
  outputs: { contents: { bytes_contents: Buffer[]; fp64_contents: number[] } }[];
}
