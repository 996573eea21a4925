import type { EmbeddingReport } from '../../features/embedding-fit.js';
import type { Metrics } from '../../metrics/classification.js';
import type { FitReport } from '../../models/fits.js';
import {
  type CalibrationReport,
  calibrationText,
  type ThresholdReport,
  thresholdsText,
} from '../../report/decisions.js';
import {
  chosenText,
  coverageText,
  deviceText,
  durationText,
  figure,
  grouped,
  librariesText,
  sentenceText,
  vectorsText,
} from '../../report/format.js';
import type { Command } from '../command.js';
import { textTable } from '../terminal.js';

export const modelsList: Command = {
  usage: 'list [name]',
  summary: 'the versions in the store',
  examples: [
    ['maas models list', 'every version of every model'],
    ['maas models list reviews --json', 'those of one model, as JSON'],
  ],
  flags: [],

  async run({ args, store, terminal }) {
    const { listModels } = await import('../../tasks/models.js');
    const manifests = await listModels(store, args[0] as string | undefined, terminal);
    const models = manifests.map(
      ({ model, version, aliases, created, rows, classes, features, metrics }) => ({
        model,
        version,
        aliases,
        created,
        rows,
        classes: classes.length,
        features,
        metrics: metrics as Metrics,
      }),
    );
    return {
      json: { models },
      text:
        models.length === 0
          ? `no versions in ${store}`
          : textTable(
              terminal.style,
              ['version', 'aliases', 'created', 'rows', 'features', 'accuracy', 'F1 macro'],
              models.map((m) => [
                `${m.model}@${m.version}`,
                m.aliases.join(', '),
                m.created.slice(0, 19).replace('T', ' '),
                grouped(m.rows.train),
                grouped(m.features),
                figure(m.metrics.accuracy),
                figure(m.metrics.f1_macro),
              ]),
              [false, false, false, true, true, true, true],
            ),
    };
  },
};

const vectorFacts = (embeddings: EmbeddingReport | undefined): [string, string][] =>
  embeddings
    ? [
        ['vectors', `${embeddings.path}: ${vectorsText(embeddings)}`],
        ['covered', coverageText(embeddings)],
      ]
    : [];

const decisionFacts = ({ calibration, thresholds }: { calibration?: object; thresholds?: object }) => [
  ...(calibration ? [['scores', calibrationText(calibration as CalibrationReport)] as [string, string]] : []),
  ...(thresholds
    ? [['decides', `by thresholds: ${thresholdsText(thresholds as ThresholdReport)}`] as [string, string]]
    : []),
];

export const modelsShow: Command = {
  usage: 'show [model]',
  summary: 'what is known of a version: data, settings, metrics, files',
  examples: [
    ['maas models show', 'the newest version'],
    ['maas models show reviews@3 --json', 'its manifest'],
  ],
  flags: [],

  async run({ args, store, terminal }) {
    const { showModel } = await import('../../tasks/models.js');
    const shown = await showModel(store, args[0] as string | undefined);
    const { bold } = terminal.style;
    const metrics = shown.metrics as Metrics;
    const chosen = chosenText(shown.fit as FitReport);
    const facts: [string, string][] = [
      ['path', shown.path],
      ...(shown.aliases.length > 0 ? [['aliases', shown.aliases.join(', ')] as [string, string]] : []),
      ['created', `${shown.created} by maas ${shown.tool.version}`],
      ['command', shown.command.join(' ')],
      ['data', shown.data.files.map((file) => `${file.path} (${grouped(file.rows)} rows)`).join(', ')],
      ['sha256', shown.data.sha256],
      ['commit', shown.git?.commit ?? '–'],
      [
        'rows',
        `${grouped(shown.rows.train)} train, ${grouped(shown.rows.validation)} validation, ${grouped(shown.rows.test)} test`,
      ],
      ['classes', shown.classes.join(', ')],
      ['features', grouped(shown.features)],
      ...(chosen ? [['C', chosen] as [string, string]] : []),
      ...vectorFacts(shown.embeddings),
      ...(shown.sentence
        ? [['model', `${shown.sentence.path}: ${sentenceText(shown.sentence)}`] as [string, string]]
        : []),
      [
        'device',
        `${[deviceText(shown.device), librariesText(shown.device.libraries)].filter(Boolean).join(' with ')}, Node ${shown.device.node}, ${shown.device.platform}`,
      ],
      ['time', durationText(shown.timings.total ?? 0)],
      ...decisionFacts(shown),
      ['accuracy', figure(metrics.accuracy)],
      ['F1 macro', figure(metrics.f1_macro)],
      ['log loss', figure(metrics.log_loss)],
    ];
    return {
      json: shown,
      text: [
        bold(`${shown.model}@${shown.version}`),
        ...facts.map(([name, value]) => `${name.padEnd(9)} ${value}`),
        '',
        textTable(
          terminal.style,
          ['file', 'bytes'],
          Object.entries(shown.files).map(([name, { size }]) => [name, grouped(size)]),
          [false, true],
        ),
      ].join('\n'),
    };
  },
};
