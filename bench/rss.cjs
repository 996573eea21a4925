process.on('exit', () => process.stderr.write(`RSS ${process.resourceUsage().maxRSS}`));
