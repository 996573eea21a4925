import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('./README.md', import.meta.url);

/** Puts a table into bench/README.md, in the place of the one of this name that was measured before. */
export function keepTable(name, lines) {
  const [before, after] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const text = readFileSync(readme, 'utf8');
  const from = text.indexOf(before) + before.length;
  const to = text.indexOf(after);
  if (from < before.length || to < from) throw new Error(`bench/README.md has no place for ${name}`);
  writeFileSync(readme, `${text.slice(0, from)}\n${lines.join('\n')}\n${text.slice(to)}`);
}
