import type { Command } from '../command.js';

export const serveCommand: Command = {
  usage: 'serve [model...]',
  summary: 'answer predictions over HTTP',
  examples: [
    ['maas serve', 'the newest version on http://127.0.0.1:8080'],
    ['maas serve reviews@champion topics', 'two models; what the alias names is followed live'],
  ],
  flags: ['host', 'port', 'maxTexts', 'embeddings'],

  async run({ args, values, typed, store, devices, embeddingCache, terminal }) {
    const { serve } = await import('../../tasks/serve.js');
    const { host = '127.0.0.1', port = 8080, maxTexts } = values;
    const serving = await serve(
      {
        ...{ store, devices, embeddingCache, host, port },
        models: (args[0] as string[] | undefined) ?? [],
        embeddings: typed.has('embeddings') ? (values.embeddings ?? undefined) : undefined,
        limits: { ...(maxTexts && { maxTexts }) },
      },
      terminal,
    );
    const stopped = new Promise<void>((resolve) => {
      terminal.inOrder = () => serving.stop().then(resolve);
    });
    const { url, versions } = serving;
    process.stdout.write(
      values.json ? `${JSON.stringify({ url, versions })}\n` : `${versions.join(', ')} on ${url}\n`,
    );
    await stopped;
    return undefined;
  },
};
