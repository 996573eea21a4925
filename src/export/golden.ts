import { goldenTextsFor } from '../features/golden-texts.js';
import type { Pipeline } from '../pipeline.js';

/** Texts to hold an export against its pipeline. */
export const goldenTexts = ({ vectorizer }: Pipeline): string[] => goldenTextsFor(vectorizer, 24);
