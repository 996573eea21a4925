import type { Outcomes } from './outcomes.js';

/** A row that a model is wrong about. */
export interface Wrong {
  /** Number of the row, from 0. */
  row: number;
  label: string;
  predicted: string;
  /** Probability of the class that was predicted, and of the true label; null where the model does not know that. */
  score: number;
  labelScore: number | null;
  /** Its text, where it was given. */
  text?: string;
}

/** The rows that a model is wrong about and most sure of, most sure first; the others are forgotten as they come. */
export class SurestMistakes {
  readonly #worst: Wrong[] = [];

  /** @param most mistakes to keep */
  constructor(private readonly most: number) {}

  get worst(): readonly Wrong[] {
    return this.#worst;
  }

  /** Looks at outcomes of the rows from `first` on, whose texts may be beside. */
  add({ labels, truth, predicted, score, labelScore }: Outcomes, first = 0, texts?: readonly string[]): void {
    for (let r = 0; r < truth.length; r++) {
      if (predicted[r] === truth[r]) continue;
      const sure = score[r]!;
      if (this.#worst.length === this.most && sure <= this.#worst.at(-1)!.score) continue;
      const own = labelScore[r]!;
      const wrong: Wrong = {
        ...{ row: first + r, label: labels[truth[r]!]!, predicted: labels[predicted[r]!]!, score: sure },
        labelScore: Number.isNaN(own) ? null : own,
        ...(texts && { text: texts[r]! }),
      };
      let at = this.#worst.length;
      while (at > 0 && this.#worst[at - 1]!.score < sure) at--;
      this.#worst.splice(at, 0, wrong);
      if (this.#worst.length > this.most) this.#worst.pop();
    }
  }
}
