import { MaasError } from '../errors.js';
import { explain } from '../explain/explanation.js';
import { SharedRateLimit } from '../serve/rates.js';
import { type Running, type ServeListener, start } from '../serve/start.js';
import type { Answered } from '../serve/under-way.js';
import type { FromWorker, ToWorker } from '../serve/workers.js';

/** How often a process says by itself what it has counted, and tells of requests. */
const [COUNT_MS, TELL_MS] = [1000, 100];

const tell = (message: FromWorker) => process.send?.(message, undefined, {}, () => {});

let running: Running | undefined;
let rates: SharedRateLimit | undefined;
let starting = false;
let ending = false;
let questions = 0;
const asked = new Map<number, (families: Parameters<typeof countedBy>[0]) => void>();
const answered: Answered[] = [];

process.on('message', (message: ToWorker) => {
  if ('start' in message) begin(message.start);
  else if ('stop' in message) end();
  else if ('rated' in message) rates?.answer(message.rated, message.waits, performance.now());
  else if ('counted' in message) countedBy(message.families, message.counted);
  else if (running) tell({ count: message.count, families: running.service.ownFamilies() });
});
// Ctrl-C reaches every process of a terminal; the first one says what is to be done
process.on('SIGINT', () => {});
process.on('SIGTERM', end);
process.on('disconnect', () => {
  rates?.end();
  end();
});
tell({ ready: true });

async function begin(options: Parameters<typeof start>[0]): Promise<void> {
  starting = true;
  try {
    const { rateLimit } = options;
    if (rateLimit !== undefined) {
      rates = new SharedRateLimit(rateLimit, (question, names) => tell({ rates: question, names }));
    }
    const listener: ServeListener = {
      info: (info) => void tell({ info }),
      warn: (warn) => void tell({ warn }),
      answered: (each) => void answered.push(each),
    };
    running = await start(options, explain, listener, rates);
    if (ending) return finish();
    const { service, url, port, grpcPort, versions } = running;
    service.families = () =>
      new Promise((resolve) => {
        asked.set(++questions, resolve);
        tell({ wants: questions });
      });
    setInterval(() => tell({ count: 0, families: service.ownFamilies() }), COUNT_MS).unref();
    setInterval(tellAnswered, TELL_MS).unref();
    tell({ listening: { url, port, grpcPort, versions } });
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    tell({ refused: error.plain() });
    process.disconnect();
  }
}

function tellAnswered(): void {
  if (answered.length > 0) tell({ answered: answered.splice(0) });
}

function countedBy(families: ReturnType<Running['service']['ownFamilies']>, question: number): void {
  asked.get(question)?.(families);
  asked.delete(question);
}

/** Ends what runs. What is still beginning ends once it has begun. */
function end(): void {
  if (ending) return;
  ending = true;
  if (running || !starting) finish();
}

async function finish(): Promise<void> {
  if (running) {
    await running.stop();
    tellAnswered();
    tell({ count: 0, families: running.service.ownFamilies() });
  }
  if (process.connected) process.disconnect();
}
