// The main job on the shipped sample: train, evaluate, predict, export. Prints each command before what it says.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/maas.js', import.meta.url));
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

for (const args of [
  ['train', 'data/tickets.csv'],
  ['evaluate'],
  ['predict', '--text', 'My parcel was due on Monday, where is it?'],
  ['export'],
]) {
  console.log(`\n$ maas ${args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ')}`);
  const { status } = spawnSync(process.execPath, [bin, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
