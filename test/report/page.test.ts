import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bootstrapIntervals } from '../../src/metrics/bootstrap.js';
import { evaluateFully } from '../../src/metrics/evaluation.js';
import { groupsOfValues } from '../../src/metrics/groups.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { slicesOf } from '../../src/metrics/slices.js';
import { seededRandom } from '../../src/random.js';
import { confusedPairs } from '../../src/report/confusion.js';
import type { ReportContent } from '../../src/report/content.js';
import { evaluationReport } from '../../src/report/evaluation-report.js';
import { chromium, inChromium } from '../support/chromium.js';
import { temporaryFolder } from '../support/temp.js';

const attack = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>';

interface Made {
  labels: string[];
  /** How many of them the model knows. */
  classes: number;
  rows: number;
  /** Classes that no row has. */
  absent?: number[];
  more?: Partial<ReportContent>;
}

/** A report on rows that are drawn, with labels as they were given. */
function contentOf({ labels, classes, rows, absent = [], more = {} }: Made): ReportContent {
  const random = seededRandom(3);
  const drawn = labels.map((_, c) => c).filter((c) => !absent.includes(c));
  const truth = Uint32Array.from({ length: rows }, (_, r) => drawn[r % drawn.length]!);
  const probabilities = new Float64Array(rows * classes);
  for (let r = 0; r < rows; r++) {
    const own = probabilities.subarray(r * classes, (r + 1) * classes);
    for (let c = 0; c < classes; c++) own[c] = random() ** 4 + (c === truth[r] ? random() : 0);
    const sum = own.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++) own[c]! /= sum;
  }
  const outcomes = outcomesOf(labels, classes, truth, probabilities);
  const evaluation = {
    ...evaluateFully(outcomes),
    intervals: bootstrapIntervals(outcomes, { resamples: 100 }),
  };
  const values = Uint32Array.from(truth, (_, r) => r % 2);
  return {
    version: 3,
    facts: {
      model: 'reviews',
      tool: { name: 'maas', version: '0' },
      created: '2026-01-01T00:00:00.000Z',
      command: ['maas', 'train', attack],
      git: null,
      seed: 42,
      device: { name: 'wasm', adapter: '', software: false, libraries: {} },
      data: { sha256: '0'.repeat(64), files: [{ path: `${attack}.csv`, rows: 2 * rows }] },
      rows: { train: 2 * rows, validation: 0, test: rows },
      classes: labels.slice(0, classes),
      features: 10,
      config: { textColumn: attack },
      fit: { solver: 'counting' },
      baselines: {},
      timings: { total: 1 },
    },
    data: { kind: 'held-out' },
    rows: {
      files: [attack],
      places: { file: new Uint32Array(rows), row: values, line: values },
      outcomes,
      lengths: truth.map((_, r) => 1 + r * 7),
      skipped: null,
    },
    evaluation,
    confusedPairs: confusedPairs(evaluation.confusion),
    slices: slicesOf(outcomes, [groupsOfValues('source', [attack, ''].slice(0, rows), values)]),
    mistakes: [
      {
        file: attack,
        line: 2,
        label: labels[0]!,
        predicted: labels[1]!,
        score: 0.9,
        labelScore: null,
        text: attack,
      },
    ],
    terms: [],
    ...more,
  };
}

const metrics = evaluateFully(outcomesOf(['a', 'b'], 2, [0, 1], Float64Array.of(0.9, 0.1, 0.8, 0.2))).metrics;
const many = Array.from({ length: 77 }, (_, c) => `intent_number_${c}_about_a_card_that_is_lost`);

const contents: Record<string, ReportContent> = {
  hostile: contentOf({
    labels: [attack, 'كتاب جديد', 'a "quoted" & \'odd\' label', 'x'.repeat(500), 'not known'],
    classes: 4,
    rows: 60,
    absent: [2],
    more: {
      baselines: { majority: metrics, nb: metrics },
      gates: [
        {
          gate: `recall(${attack}) >= 0.9`,
          value: null,
          threshold: null,
          margin: null,
          passed: false,
          note: attack,
        },
        { gate: 'accuracy >= 0.1', value: 0.5, threshold: 0.1, margin: 0.4, passed: true },
      ],
      terms: ['a', 'b', 'c'].map((label) => ({
        label,
        for: [{ term: attack, weight: 2 }],
        against: [{ term: 'سيئ', weight: -3 }],
      })),
    },
  }),
  banking: contentOf({ labels: many, classes: 77, rows: 500 }),
  network: contentOf({
    labels: ['no', 'yes'],
    classes: 2,
    rows: 30,
    more: {
      facts: {
        ...contentOf({ labels: ['no', 'yes'], classes: 2, rows: 4 }).facts,
        fit: {
          solver: 'adam',
          stopped: 'epochs',
          epoch: 2,
          history: [0.9, 0.4, null as unknown as number].map((loss, i) => ({
            epoch: i + 1,
            loss,
            learningRate: 0.01,
            validation: { ...metrics, log_loss: 1 - loss },
          })),
        },
      },
    },
  }),
  // nothing can be said of one row of one class
  single: contentOf({ labels: ['a', 'b'], classes: 2, rows: 1, more: { mistakes: [] } }),
};

const folder = temporaryFolder();
const written: Record<string, Record<string, string>> = {};
beforeAll(async () => {
  for (const [name, content] of Object.entries(contents)) {
    const files = await evaluationReport(content);
    mkdirSync(join(folder.path, name));
    for (const [file, source] of Object.entries(files)) writeFileSync(join(folder.path, name, file), source);
    written[name] = Object.fromEntries(Object.entries(files).map(([file, source]) => [file, String(source)]));
  }
}, 60_000);

test('a report is one page, figures for programs, and each picture', () => {
  expect(Object.keys(written.network!).sort()).toEqual(
    [
      ...['report.html', 'report.md', 'metrics.json', 'per_class.csv', 'confusion_matrix.csv'],
      ...['predictions.csv', 'slices.csv', 'confusion_matrix.svg', 'per_class.svg', 'roc.svg'],
      ...['precision_recall.svg', 'reliability.svg', 'scores.svg', 'slices.svg', 'history.svg'],
      ...['classes.svg', 'lengths.svg'],
    ].sort(),
  );
  const numbers = (value: unknown): unknown[] =>
    value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbers) : [value];
  for (const files of Object.values(written)) {
    for (const value of numbers(JSON.parse(files['metrics.json']!)))
      expect(value === null || typeof value === 'number').toBe(true);
    // every picture that the text names is there
    for (const [, path] of files['report.md']!.matchAll(/\]\((\S+\.svg)\)/g))
      expect(files).toHaveProperty([path!]);
  }
});

test('the same content makes the same bytes', async () => {
  const again = await evaluationReport(contents.hostile!);
  expect(Object.fromEntries(Object.entries(again).map(([name, source]) => [name, String(source)]))).toEqual(
    written.hostile,
  );
});

test('nothing is loaded from elsewhere, and nothing of the data is markup', () => {
  for (const [name, files] of Object.entries(written)) {
    const page = files['report.html']!;
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page.match(/<script/g), name).toHaveLength(1);
    for (const [file, source] of Object.entries(files)) {
      if (/\.(?:html|svg)$/.test(file))
        expect(
          /<img|NaN|undefined|Infinity|\[object/.exec(source.replace(/<script>.*<\/script>/s, '')),
          file,
        ).toBeNull();
    }
  }
});

test('what the conclusion says is what the figures say', () => {
  expect(written.hostile!['report.html']).toContain('Misses a gate');
  expect(written.hostile!['report.html']).toContain('1 of 2 gates is missed');
  expect(written.hostile!['report.md']).toContain('No row is of a "quoted"');
  expect(written.network!['report.html']).toContain('30 rows are few');
});

/** Looks at a report in a frame: what is wrong with it at a width, in light and in dark. */
const looking = `
  const opened = (path, width) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.style.cssText = 'height:900px;width:' + width + 'px';
    frame.onload = () => resolve(frame);
    frame.src = path;
    document.body.append(frame);
  });
  const parsed = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return { channels: [r, g, b], a };
  };
  const luminance = (channels) => {
    const [r, g, b] = channels.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrastOf = (element, view) => {
    const style = view.getComputedStyle(element);
    const own = parsed(element.namespaceURI.endsWith('svg') ? style.fill : style.color).channels;
    let behind = element;
    while (behind && parsed(view.getComputedStyle(behind).backgroundColor).a === 0) behind = behind.parentElement;
    const ground = parsed(view.getComputedStyle(behind).backgroundColor).channels;
    const [light, dark] = [luminance(own), luminance(ground)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const faint = (frame) => {
    const view = frame.contentWindow;
    const texts = frame.contentDocument.querySelectorAll('h1,h2,h3,p,li,a,th,td,dt,dd,small,summary,button,figcaption,.badge,.small,svg.chart:not([aria-labelledby^=confusion]) text');
    return [...texts].filter((e) => e.textContent.trim() && !e.closest('[hidden],details:not([open]) > :not(summary)') && contrastOf(e, view) < 4.5).map((e) => e.outerHTML.slice(0, 200));
  };
`;

describe.skipIf(!chromium)('in Chromium', () => {
  interface Seen {
    charts: { name: string; marks: number; told: boolean; cut: string[] }[];
    attacked: boolean;
    images: number;
    twice: string[];
    faint: string[];
    faintInDark: string[];
    grounds: string[];
    sorted: string[][];
    narrow: number;
    headings: number;
    unnamed: number;
    files: Record<string, number>;
  }
  let seen: Record<string, Seen>;
  let said: string[];

  beforeAll(async () => {
    const names = Object.keys(contents);
    const pictures = Object.fromEntries(
      names.map((name) => [name, Object.keys(written[name]!).filter((file) => file.endsWith('.svg'))]),
    );
    const found = await inChromium(
      folder.path,
      `${looking}
      const seen = {};
      for (const [name, files] of Object.entries(${JSON.stringify(pictures)})) {
        const frame = await opened('/' + name + '/report.html', 1200);
        const page = frame.contentDocument;
        const ids = [...page.querySelectorAll('[id]')].map((e) => e.id);
        const charts = [...page.querySelectorAll('svg.chart')].map((svg) => {
          const box = svg.getBoundingClientRect();
          const outside = (e) => { const b = e.getBoundingClientRect(); return b.left < box.left - 2 || b.right > box.right + 2 || b.bottom > box.bottom + 2 || b.top < box.top - 2; };
          return {
            name: svg.getAttribute('aria-labelledby'),
            marks: svg.querySelectorAll('path').length,
            told: svg.getAttribute('aria-labelledby').split(' ').every((id) => page.getElementById(id)?.textContent.length > 2),
            cut: [...svg.querySelectorAll('text')].filter(outside).map((e) => e.textContent),
          };
        });
        const ground = () => frame.contentWindow.getComputedStyle(page.querySelector('section')).backgroundColor;
        const [light, pale] = [ground(), faint(frame)];
        page.querySelector('button.theme').click();
        const [dark, dim] = [ground(), faint(frame)];
        page.querySelector('button.theme').click();
        const table = page.querySelector('#by-class table');
        const first = () => [...table.tBodies[0].rows].map((row) => row.cells[3].textContent);
        const before = first();
        const head = table.tHead.rows[0].cells[3].querySelector('button');
        head.click();
        const falling = first();
        head.click();
        const rising = first();
        const narrow = await opened('/' + name + '/report.html', 360);
        seen[name] = {
          charts,
          attacked: frame.contentWindow.attacked !== undefined,
          images: page.querySelectorAll('img, section script').length,
          twice: ids.filter((id, i) => ids.indexOf(id) !== i),
          faint: pale, faintInDark: dim, grounds: [light, dark],
          sorted: [before, falling, rising],
          narrow: narrow.contentDocument.documentElement.scrollWidth,
          headings: page.querySelectorAll('h1').length,
          unnamed: [...page.querySelectorAll('section,nav,[role=region]')].filter((e) => !e.getAttribute('aria-label') && !page.getElementById(e.getAttribute('aria-labelledby'))).length,
          files: {},
        };
        for (const file of files) {
          seen[name].files[file] = await new Promise((resolve) => {
            const image = new Image();
            image.onload = () => resolve(image.naturalWidth);
            image.onerror = () => resolve(0);
            image.src = '/' + name + '/' + file;
          });
        }
      }
      return seen;`,
    );
    seen = found.answer as Record<string, Seen>;
    said = found.console;
  }, 120_000);

  test('no error is told on the console', () => {
    expect(seen).not.toHaveProperty('error');
    expect(said).toEqual([]);
  });

  test('every chart has marks, a name and a description, and cuts no label off', () => {
    for (const [name, { charts }] of Object.entries(seen)) {
      expect(charts.length, name).toBeGreaterThanOrEqual(6);
      for (const chart of charts) {
        expect(chart.marks, chart.name).toBeGreaterThan(0);
        expect(chart.told, chart.name).toBe(true);
        expect(chart.cut, `${name}: ${chart.name}`).toEqual([]);
      }
    }
    expect(seen.banking!.charts.find(({ name }) => name.startsWith('confusion'))!.marks).toBeGreaterThan(300);
  });

  test('pictures are files that can be shown', () => {
    for (const { files } of Object.values(seen)) {
      for (const [file, width] of Object.entries(files)) expect(width, file).toBeGreaterThan(150);
    }
  });

  test('labels, texts and settings are text', () => {
    expect(seen.hostile).toMatchObject({ attacked: false, images: 0 });
  });

  test('words stand out from what is behind them, in both themes', () => {
    for (const { faint, faintInDark, grounds } of Object.values(seen)) {
      expect(faint).toEqual([]);
      expect(faintInDark).toEqual([]);
      expect(new Set(grounds).size).toBe(2);
    }
  });

  test('the page fits a phone, and is named for those who hear it', () => {
    for (const [name, { narrow, headings, unnamed, twice }] of Object.entries(seen)) {
      expect(narrow, name).toBeLessThanOrEqual(360);
      expect({ headings, unnamed, twice }).toEqual({ headings: 1, unnamed: 0, twice: [] });
    }
  });

  test('tables sort by their numbers', () => {
    const [before, falling, rising] = seen.banking!.sorted as [string[], string[], string[]];
    expect(falling).toEqual([...before].sort().reverse());
    expect(rising).toEqual([...before].sort());
    expect(before).not.toEqual(falling);
  });
});
if (!chromium) console.warn('skipped: Chromium is not installed, so reports are not looked at in a browser');
