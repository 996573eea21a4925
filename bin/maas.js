#!/usr/bin/env node
process.exitCode = await (await import('../dist/cli/run.js')).run(process.argv.slice(2));
