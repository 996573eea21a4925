/** Wants no words, and has all the memory there is. */
export const none = { words: new Set<string>(), first: 0, reserve: () => {} };
