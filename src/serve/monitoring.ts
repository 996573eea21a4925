import { Counter, type Family, Histogram, label } from './metrics.js';
import type { ServedVersion } from './served.js';
import { UnknownWords } from './unknown-words.js';

/** The labels of what is counted about an answer. */
interface Lines {
  at: string;
  requests: string;
  errors: string | undefined;
}

/** What is known of the answers of a version. */
interface Asked {
  labels: string;
  classes: readonly string[];
  counts: Float64Array;
  unknownWords: UnknownWords | undefined;
}

/** Everything that is counted about requests and answers. */
export class Monitoring {
  readonly requests = new Counter('maas_requests_total', 'Requests by endpoint and status.');
  readonly errors = new Counter(
    'maas_errors_total',
    'Requests that were refused (client) or failed (server).',
  );
  readonly latency = new Histogram(
    'maas_request_latency_seconds',
    'Seconds from the head of a request to the end of its answer.',
  );
  readonly shadowed = new Counter('maas_shadow_texts_total', 'Texts that a shadow was asked about, too.');
  readonly disagreements = new Counter(
    'maas_shadow_disagreements_total',
    'Texts to which a shadow gave another label.',
  );
  readonly dropped = new Counter('maas_shadow_dropped_total', 'Texts that a shadow had no time for.');
  /** Whose answers have been counted. */
  readonly #asked = new Map<string, Asked>();
  readonly #lines = new Map<string, Map<number, Lines>>();

  /** Counts an answer. */
  answered(endpoint: string, status: number, seconds: number): void {
    const { at, requests, errors } = this.#linesOf(endpoint, status);
    this.requests.add(requests);
    if (errors !== undefined) this.errors.add(errors);
    this.latency.observe(at, seconds);
  }

  /** The labels of what is counted about an answer, made once. */
  #linesOf(endpoint: string, status: number) {
    const known = this.#lines.get(endpoint)?.get(status);
    if (known) return known;
    const at = label('endpoint', endpoint);
    const kind = status < 400 ? undefined : label('kind', status < 500 ? 'client' : 'server');
    const lines = { at, requests: `${at},${label('status', status)}`, errors: kind && `${at},${kind}` };
    const byStatus = this.#lines.get(endpoint) ?? new Map<number, Lines>();
    this.#lines.set(endpoint, byStatus.set(status, lines));
    return lines;
  }

  /** Counts what a version said of texts. */
  predicted(version: ServedVersion, texts: readonly string[], probabilities: Float64Array): void {
    const { counts, unknownWords } = this.#asked.get(version.reference) ?? this.#begin(version);
    const classes = counts.length;
    for (let row = 0; row < texts.length; row++) {
      counts[version.decide(probabilities, row * classes)]!++;
      unknownWords?.note(texts[row]!);
    }
  }

  #begin(version: ServedVersion): Asked {
    const { model, version: number, labels, pipeline } = version;
    const asked = {
      labels: `${label('model', model)},${label('version', number)}`,
      classes: labels,
      counts: new Float64Array(labels.length),
      unknownWords: new UnknownWords(pipeline),
    };
    this.#asked.set(version.reference, asked);
    return asked;
  }

  /** All that was counted since the process began. Of versions that are no longer served nothing but the counts is kept. */
  families(isServed: (reference: string) => boolean): Family[] {
    const predictions = new Counter('maas_predictions_total', 'Predictions by label.');
    const words = new Counter('maas_recent_words', 'Words of texts of late that were looked at.', 'gauge');
    const unknown = new Counter(
      'maas_recent_unknown_words',
      'Those of them that the vocabulary lacks.',
      'gauge',
    );
    for (const [reference, asked] of this.#asked) {
      asked.classes.forEach((name, c) => {
        predictions.add(`${asked.labels},${label('label', name)}`, asked.counts[c]!);
      });
      if (!isServed(reference)) asked.unknownWords = undefined;
      const found = asked.unknownWords?.recent();
      if (!found) continue;
      words.add(asked.labels, found.words);
      unknown.add(asked.labels, found.unknown);
    }
    const memory = new Counter('process_resident_memory_bytes', 'Memory of the service.', 'gauge');
    memory.set('', process.memoryUsage.rss());
    const seconds = new Counter('process_cpu_seconds_total', 'Processor time of the service.');
    const { user, system } = process.cpuUsage();
    seconds.set('', (user + system) / 1e6);
    return [
      this.requests,
      this.errors,
      this.latency,
      predictions,
      words,
      unknown,
      this.shadowed,
      this.disagreements,
      this.dropped,
      memory,
      seconds,
    ].map((metric) => metric.family());
  }
}

/** The families with the share of unknown words, which can be known once those of all processes are together. */
export function withRatios(families: Family[]): Family[] {
  const [words, unknown] = ['maas_recent_words', 'maas_recent_unknown_words'].map(
    (name) => new Map(families.find((family) => family.name === name)?.values),
  );
  const ratio = new Counter(
    'maas_out_of_vocabulary_ratio',
    'Share of the words of texts of late that the vocabulary lacks.',
    'gauge',
  );
  for (const [labels, [count]] of words!) {
    if (count! > 0) ratio.set(labels, unknown!.get(labels)![0]! / count!);
  }
  return [...families, ratio.family()];
}
