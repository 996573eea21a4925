// The peak of the whole process, told once: worker threads run this file as well.
if (require('node:worker_threads').isMainThread) {
  process.on('exit', () => process.stderr.write(`RSS ${process.resourceUsage().maxRSS}`));
}
