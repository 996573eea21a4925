import { infer, modelMetadata, serverMetadata, versionOf } from '../protocols/inference.js';
import type { Service } from '../service.js';
import { type InputTensor, responseOf, textsOf } from './tensors.js';

/** One thing that is answered: a message for a message. Throws a refusal. The signal says that nobody waits any more. */
export interface Method {
  /** Answers without an API key: for probes. */
  open?: boolean;
  answer(request: never, signal: AbortSignal): object | Promise<object>;
}

interface Named {
  name: string;
  version: string;
}

interface InferRequest {
  model_name: string;
  model_version: string;
  id: string;
  inputs: InputTensor[];
  outputs: { name: string }[];
  raw_input_contents: Uint8Array[];
}

/** The Open Inference Protocol, version 2, by gRPC: the methods of inference.GRPCInferenceService. */
export const inferenceMethods = (service: Service) =>
  ({
    ServerLive: { open: true, answer: () => ({ live: true }) },
    ServerReady: { open: true, answer: () => ({ ready: service.hosting.ready }) },
    ModelReady: {
      open: true,
      answer({ name, version }: Named) {
        versionOf(service, name, version);
        return { ready: service.hosting.ready };
      },
    },
    ServerMetadata: { answer: serverMetadata },
    ModelMetadata: {
      answer: ({ name, version }: Named) => modelMetadata(service, versionOf(service, name, version)),
    },
    ModelInfer: {
      async answer(request: InferRequest, signal: AbortSignal) {
        const { model_name, model_version, id, inputs, outputs, raw_input_contents } = request;
        const version = versionOf(service, model_name, model_version);
        const texts = textsOf(inputs, raw_input_contents);
        const names = outputs.map(({ name }) => name);
        return {
          ...{ model_name: version.model, model_version: String(version.version), id },
          ...responseOf(await infer(service, version, texts, names, signal), raw_input_contents.length > 0),
        };
      },
    },
  }) satisfies Record<string, Method>;
