import { fileURLToPath } from 'node:url';
import { serveCommand } from './commands/serve.js';
import { execute } from './program.js';

// What an exported container runs: `maas serve` of the version that is beside it, at all of its addresses.
const model = fileURLToPath(new URL('../../../model', import.meta.url));
const given = process.argv.slice(2);
// SageMaker calls every container with this argument
const flags = given[0] === 'serve' ? given.slice(1) : given;
process.exitCode = await execute(['serve', model, '--host', '0.0.0.0', ...flags], {
  serve: async () => serveCommand,
});
