import type { AnalyzerOptions } from '../../text/analyzer.js';
import { characterRanges, DOTTED_I, spaceRanges } from './characters.js';
import { elementTypes, type Graph, type Value } from './graph.js';

/** What rows of tokens are filled up with, and what stands for a token that no term has: none is made of it. */
export const NO_TERM = '<pad>';

/** The locale in which letters are lower-cased: the one that is there without languages installed. */
const LOCALE = 'C.UTF-8';

/**
 * [texts] to the [texts, tokens] whose runs are the analyzer's terms: words, or characters.
 * @param capitals to be lower-cased here, since not every ONNX Runtime does; where tokens are characters
 */
export function tokensOf(
  graph: Graph,
  text: Value,
  options: AnalyzerOptions,
  capitals: readonly string[],
): Value {
  if (options.analyzer === 'word') return wordsOf(graph, text, options);
  return charactersOf(graph, text, options, capitals);
}

function wordsOf(
  graph: Graph,
  text: Value,
  { tokenizer, lowercase, stopWords, ngramRange }: AnalyzerOptions,
) {
  const { word, begins, continues, ideograph, mark, pictograph } = characterRanges(lowercase);
  const patterns = {
    // İ is an i and a mark in lower case, and a mark ends a word
    sklearn: lowercase ? `[${word}]{2,}${DOTTED_I}?|[${word}]${DOTTED_I}` : `[${word}]{2,}`,
    unicode: `[${ideograph}][${mark}]*|[${begins}][${continues}]*|[${pictograph}]`,
  };
  const found = tokenize(graph, text, patterns[tokenizer]);
  let tokens = found;
  if (lowercase) {
    tokens = lowerCase(graph, found);
    if (tokenizer === 'unicode')
      tokens = replaceWhere(graph, found, `${ANY}*${DOTTED_I}${ANY}*`, NO_TERM, tokens);
  }
  // a stop word is no term; where terms are runs of words, its neighbours meet
  return stopWords && ngramRange[1] > 1 ? without(graph, tokens, stopWords) : tokens;
}

function charactersOf(
  graph: Graph,
  text: Value,
  { analyzer, lowercase }: AnalyzerOptions,
  capitals: readonly string[],
): Value {
  // an n-gram inside a word has spaces at its ends alone, so that words may share the one between them
  const padded =
    analyzer === 'char'
      ? text
      : graph.op('StringConcat', [graph.op('StringConcat', [graph.strings(' '), text]), graph.strings(' ')]);
  const spaces = analyzer === 'char' ? `[${spaceRanges}]{2,}` : `[${spaceRanges}]+`;
  const found = tokenize(graph, padded, `${spaces}|${ANY}`);
  let tokens = replaceWhere(graph, found, spaces, ' ', lowercase ? lowerCase(graph, found) : found);
  for (const capital of capitals) {
    tokens = replaceWhere(graph, found, capital, capital.toLowerCase(), tokens);
  }
  // two characters in one: terms have it in all the places of both
  return lowercase ? replaceWhere(graph, found, DOTTED_I, DOTTED_I, tokens) : tokens;
}

const ANY = '[\\x{0}-\\x{10ffff}]';

/** [texts] to [texts, tokens]: what matches, and `NO_TERM` behind the last. */
function tokenize(graph: Graph, text: Value, pattern: string): Value {
  const attributes = { mark: 0, mincharnum: 1, pad_value: NO_TERM, tokenexp: pattern };
  return graph.contrib('Tokenizer', [text], attributes, 'string', ['texts', 'tokens']);
}

/** Letters by letter, and with none of them an operator that wants one. */
function lowerCase(graph: Graph, tokens: Value): Value {
  const flat = graph.op('Reshape', [tokens, graph.ints([-1])]);
  const some = graph.op('Concat', [flat, graph.strings([NO_TERM])], { axis: 0 });
  const lower = graph.op('StringNormalizer', [some], { case_change_action: 'LOWER', locale: LOCALE });
  const own = graph.op('Slice', [lower, graph.ints([0]), graph.ints([-1])]);
  return graph.op('Reshape', [own, graph.op('Shape', [tokens])], { allowzero: 1 });
}

/** `otherwise` but for the places whose token matches as a whole. */
function replaceWhere(graph: Graph, tokens: Value, pattern: string, by: string, otherwise: Value): Value {
  const matches = graph.op('RegexFullMatch', [tokens], { pattern });
  return graph.op('Where', [matches, graph.strings(by), otherwise]);
}

/** The tokens of each row without the stop words, closed up. */
function without(graph: Graph, tokens: Value, stopWords: readonly string[]): Value {
  const pattern = stopWords.map((word) => word.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&')).join('|');
  const stops = graph.op('RegexFullMatch', [tokens], { pattern });
  const kept = graph.op('Where', [stops, graph.strings(NO_TERM), tokens]);
  const length = graph.op('Shape', [tokens], { start: 1, end: 2 });
  const count = graph.op('Squeeze', [length]);
  const places = graph.op('Range', [graph.ints(0), count, graph.ints(1)]);
  // stop words behind all others, which stay in their order
  const late = graph.op('Mul', [graph.op('Cast', [stops], { to: elementTypes.int64 }), length]);
  const order = graph.ops('TopK', 2, [graph.op('Add', [places, late]), length], { axis: 1, largest: 0 })[1]!;
  return graph.op('GatherElements', [kept, order], { axis: 1 });
}
