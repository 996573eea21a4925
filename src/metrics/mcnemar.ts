/**
 * McNemar's test (1947) of two models on the same rows, exact: the probability that, if a row on which one of them is right
 * were as likely to be either's, the rows would be divided at least as unevenly (two-sided binomial test with p = ½).
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const rows = onlyA + onlyB;
  const fewer = Math.min(onlyA, onlyB);
  // by logarithms, since 2^-rows is 0 for more than a thousand rows
  let log = -rows * Math.LN2;
  let tail = Math.exp(log);
  for (let i = 1; i <= fewer; i++) {
    log += Math.log((rows - i + 1) / i);
    tail += Math.exp(log);
  }
  return Math.min(1, 2 * tail);
}
