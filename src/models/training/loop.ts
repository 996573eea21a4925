import type { TrainingArray, TrainingMemory } from '../../compute/index.js';
import { MaasError } from '../../errors.js';
import type { Metrics } from '../../metrics/classification.js';
import { breathe, type Listener } from '../../progress.js';
import { seededRandom, shuffle } from '../../random.js';
import { allBelow } from '../../sparse/sort.js';
import type { Network } from './network.js';
import { clip, Optimizer, type OptimizerName } from './optimizers.js';
import { learningRateFactor, type ScheduleName } from './schedules.js';
import { type Monitor, Watch } from './watch.js';

/** Options of the training loop, named as Keras names them. */
export interface TrainingOptions {
  epochs: number;
  /** Rows whose gradients are averaged for a step. */
  batchSize: number;
  optimizer: OptimizerName;
  learningRate: number;
  schedule: ScheduleName;
  /** Share of all steps over which the learning rate rises to its full size. */
  warmup: number;
  /** Scale gradients down to this L2 norm; null leaves them. */
  clipNorm: number | null;
  /** Decoupled decay of AdamW. */
  weightDecay: number;
  /** Stop after so many epochs in which the watched metric has not improved, and take the best epoch's weights. */
  patience: number | null;
  /** The metric of the validation rows that is watched. */
  monitor: Monitor;
  seed: number;
}

/** How an epoch went. */
export interface EpochReport {
  /** From 1. */
  epoch: number;
  /** Mean loss of the training rows while they were learned from. */
  loss: number;
  /** At the end of the epoch. */
  learningRate: number;
  /** Of the validation rows, where there are any. */
  validation: Metrics | null;
}

/** How a training went. */
export interface TrainingReport {
  solver: OptimizerName;
  /** Why it ended: all epochs done, nothing gained any more, or a loss that is no number. */
  stopped: 'epochs' | 'early' | 'diverged';
  /** The epoch whose weights these are. */
  epoch: number;
  history: EpochReport[];
}

/** A training between two steps: everything that the rest of it depends on. */
export interface Checkpoint {
  progress: {
    /** Of the epochs that are done. */
    history: EpochReport[];
    /** Steps of the next epoch that are done, and the sum of their rows' losses. */
    steps: number;
    lossSum: number;
    watch: Watch['state'];
  };
  /** Weights, what the optimizer keeps for them, and the best and the last epoch's weights. */
  arrays: Record<string, Float32Array>;
}

/** What the loop tells and asks while it trains. */
export interface TrainingHooks {
  /** Metrics of the validation rows with the weights as they are. */
  validate?: (() => Metrics) | undefined;
  /** Takes a checkpoint now and then; called when so many seconds have passed since the last one. */
  checkpoint?: { seconds: number; save(checkpoint: Checkpoint): Promise<void> } | undefined;
  /** Where an interrupted training goes on. */
  resume?: Checkpoint | undefined;
  listener?: Listener;
}

export const PROGRESS_MS = 100;

/**
 * Trains a network in place: batches of `rows` rows, shuffled anew for each epoch. What is drawn at random depends on
 * the seed, the epoch and the step alone, so that a training that goes on from a checkpoint ends with the weights of
 * one that was never interrupted. Throws `failed` where the loss is no number before the first epoch is done.
 */
export async function trainNetwork(
  network: Network,
  memory: TrainingMemory,
  rows: number,
  options: TrainingOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingReport> {
  const { epochs, batchSize, seed, learningRate } = options;
  const { listener = {}, resume, checkpoint } = hooks;
  const optimizer = new Optimizer(options.optimizer, memory, network, options.weightDecay);
  const watch = new Watch(options, resume?.progress.watch);
  const best = new Snapshot('best', network.weights);
  const last = new Snapshot('last', network.weights);
  const steps = Math.ceil(rows / batchSize);
  const history = [...(resume?.progress.history ?? [])];
  let lossSum = resume?.progress.lossSum ?? 0;
  let first = resume?.progress.steps ?? 0;
  if (resume) restore(resume, network, optimizer, best, last);
  const pace = new Pace(steps * epochs - history.length * steps - first, batchSize);
  let saved = performance.now();

  const rateAt = (step: number) =>
    learningRate *
    watch.rateFactor *
    learningRateFactor(options.schedule, step, steps * epochs, options.warmup);
  const ended = (stopped: TrainingReport['stopped'], epoch: number): TrainingReport => ({
    solver: options.optimizer,
    stopped,
    epoch,
    history,
  });

  for (let epoch = history.length; epoch < epochs; epoch++) {
    const order = shuffle(allBelow(rows), seededRandom(drawn(seed, epoch, 0)));
    for (let step = first; step < steps; step++) {
      const batch = order.subarray(step * batchSize, (step + 1) * batchSize);
      const random = seededRandom(drawn(seed, epoch, step + 1));
      const { loss, gradients } = await network.gradients(batch, random);
      if (!Number.isFinite(loss)) return diverged(epoch);
      lossSum += loss * batch.length;
      if (options.clipNorm !== null) clip(gradients, options.clipNorm);
      const number = epoch * steps + step;
      optimizer.step(gradients, rateAt(number), number + 1);
      if (pace.isDue()) {
        const mean = lossSum / Math.min(rows, (step + 1) * batchSize);
        const done = pace.step(number + 1);
        listener.step?.({
          stage: 'fit',
          done: number + 1,
          total: steps * epochs,
          unit: 'steps',
          note: `epoch ${epoch + 1}/${epochs}, loss ${mean.toFixed(4)}${watch.note}, ${done}`,
        });
        await breathe();
      }
      if (checkpoint && performance.now() - saved >= 1000 * checkpoint.seconds) await save(step + 1);
    }
    first = 0;
    const validation = hooks.validate?.() ?? null;
    if (!areFinite(network.weights)) return diverged(epoch);
    history.push({
      epoch: epoch + 1,
      loss: lossSum / rows,
      learningRate: rateAt((epoch + 1) * steps - 1),
      validation,
    });
    lossSum = 0;
    last.take();
    const verdict = watch.look(validation, epoch + 1);
    if (verdict === 'best') best.take();
    if (verdict === 'stop') break;
    if (checkpoint && performance.now() - saved >= 1000 * checkpoint.seconds) await save(0);
  }
  const early = history.length < epochs;
  if (watch.bestEpoch === null || options.patience === null) return ended('epochs', history.length);
  best.putBack();
  return ended(early ? 'early' : 'epochs', watch.bestEpoch);

  async function save(done: number): Promise<void> {
    const progress = { history, steps: done, lossSum, watch: watch.state };
    const arrays = {
      ...prefixed('weights', valuesOf(network.weights)),
      ...prefixed('kept', valuesOf(optimizer.kept)),
      ...prefixed('best', best.arrays),
      ...prefixed('last', last.arrays),
    };
    await checkpoint!.save({ progress, arrays });
    saved = performance.now();
  }

  function diverged(epoch: number): TrainingReport {
    const hint = 'lower --learning-rate, or set --clip-norm 1';
    const what = `the loss is no number any more in epoch ${epoch + 1}`;
    if (history.length === 0) throw new MaasError('failed', what, { hint });
    const kept = options.patience === null ? undefined : (watch.bestEpoch ?? undefined);
    (kept === undefined ? last : best).putBack();
    listener.warn?.(`${what}; the weights of epoch ${kept ?? history.length} are kept: ${hint}`);
    return ended('diverged', kept ?? history.length);
  }
}

/** A seed of its own for each step of each epoch. */
const drawn = (seed: number, epoch: number, step: number) =>
  Math.imul(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + epoch, 0xc2b2ae35) + Math.imul(step, 0x27d4eb2f);

/** Whether all weights are finite: 0 times an infinity or a NaN is NaN, and so is the sum. */
const areFinite = (weights: Network['weights']) =>
  Object.values(weights).every(({ values }) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
    return sum === 0;
  });

/** A copy of the weights to go back to. */
class Snapshot {
  arrays: Record<string, Float32Array> = {};

  constructor(
    readonly name: string,
    private readonly weights: Network['weights'],
  ) {}

  take(): void {
    for (const [name, { values }] of Object.entries(this.weights)) {
      this.arrays[name] ??= new Float32Array(values.length);
      this.arrays[name].set(values);
    }
  }

  putBack(): void {
    for (const [name, values] of Object.entries(this.arrays)) this.weights[name]!.values.set(values);
  }
}

const valuesOf = (arrays: Readonly<Record<string, TrainingArray>>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { values }]) => [name, values]));

const prefixed = (prefix: string, arrays: Readonly<Record<string, Float32Array>>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [`${prefix}.${name}`, values]));

function restore({ arrays }: Checkpoint, network: Network, optimizer: Optimizer, ...snapshots: Snapshot[]) {
  for (const [path, values] of Object.entries(arrays)) {
    const [group, name] = [path.slice(0, path.indexOf('.')), path.slice(path.indexOf('.') + 1)];
    const snapshot = snapshots.find((each) => each.name === group);
    if (snapshot) snapshot.arrays[name] = values.slice();
    else (group === 'weights' ? network.weights : optimizer.kept)[name]!.values.set(values);
  }
}

/** How fast it goes, and how long it will take. */
class Pace {
  readonly #start = performance.now();
  #told = 0;
  #first: number | undefined;

  /** @param steps how many there are to do */
  constructor(
    private readonly steps: number,
    private readonly batchSize: number,
  ) {}

  isDue(): boolean {
    return performance.now() - this.#told >= PROGRESS_MS;
  }

  /** "12,000 rows/s, 8 s left". */
  step(number: number): string {
    this.#told = performance.now();
    this.#first ??= number - 1;
    const done = number - this.#first;
    const seconds = (this.#told - this.#start) / 1000;
    const rate = (done * this.batchSize) / seconds;
    const left = ((this.steps - done) * seconds) / done;
    return `${Math.round(rate)} rows/s, ${Math.ceil(left)} s left`;
  }
}
