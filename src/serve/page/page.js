// The page at `/`: asks the service that it comes from, and nobody else.

const $ = (id) => document.getElementById(id);
const [DEBOUNCE_MS, SPOKEN_MS, RETRY_MS] = [120, 700, 400];
/** Classes that are shown at first, and words of the table. */
const [SHOWN, STRONGEST] = [6, 12];
/** A share of the largest contribution that is too little to be coloured. */
const FAINT = 0.05;

const state = {
  key: sessionStorage.getItem('key') ?? '',
  models: [],
  /** The class whose words are shown; the predicted one if null. */
  chosen: null,
  allClasses: false,
  language: 'curl',
};
let asking;
let timer;
let speaking;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const percent = (p) =>
  p > 0.999 && p < 1 ? '> 99.9 %' : p > 0 && p < 0.001 ? '< 0.1 %' : `${(100 * p).toFixed(1)} %`;
const number = (value) => Number(value).toLocaleString('en-US');
const current = () => state.models[$('model').selectedIndex];

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, body, signal) {
  const headers = { ...(body && { 'content-type': 'application/json' }) };
  if (state.key) headers.authorization = `Bearer ${state.key}`;
  const response = await fetch(path, {
    headers,
    signal,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new Refused(response.status, answer.error ?? `the service answered ${response.status}`);
  return answer;
}

async function begin() {
  try {
    ({ models: state.models } = await ask('models'));
  } catch (error) {
    const wanted = error.status === 401;
    $('key-form').hidden = false;
    $('key-note').textContent = wanted && !state.key ? '' : error.message;
    $('key-note').className = 'wrong';
    $('key').focus();
    return;
  }
  if (state.key) sessionStorage.setItem('key', state.key);
  $('key-form').hidden = true;
  // a link presents no key
  $('metrics').hidden = state.key !== '';
  const names = state.models.map(({ reference, aliases }) => [reference, ...aliases].join(' · '));
  $('model').replaceChildren(...names.map((name) => element('option', { textContent: name })));
  $('model-field').hidden = names.length < 2;
  $('only-model').hidden = names.length > 1;
  $('only-model').textContent = names[0];
  for (const id of ['try', 'card', 'use']) $(id).hidden = false;
  showModel();
  $('text').focus();
  predict();
}

function showModel() {
  state.chosen = null;
  const { model, reference, classes, created, rows, features, recipe, metrics } = current();
  document.title = `${model} · maas`;
  const figures = {
    Accuracy: percentOf(metrics.accuracy),
    'F1 macro': fixed(metrics.f1_macro),
    'Log loss': fixed(metrics.log_loss),
  };
  if (metrics.roc_auc != null) figures['ROC AUC'] = fixed(metrics.roc_auc);
  $('figures').replaceChildren(
    ...Object.entries(figures).map(([name, value]) =>
      element('div', {}, element('strong', { textContent: value }), element('span', { textContent: name })),
    ),
  );
  const facts = {
    Version: reference,
    Trained: new Date(created).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
    Rows: `${number(rows.train)} to train, ${number(rows.test)} held out`,
    Features: `${number(features)}, ${recipe}`,
    Classes: `${number(classes.length)}: ${classes.slice(0, 20).join(', ')}${classes.length > 20 ? ', …' : ''}`,
  };
  $('facts').replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [
      element('dt', { textContent: name }),
      element('dd', { textContent: value }),
    ]),
  );
  showCode();
}

const fixed = (value) => (value == null ? '–' : value.toFixed(3));
const percentOf = (value) => (value == null ? '–' : percent(value));

function predict() {
  clearTimeout(timer);
  asking?.abort();
  const text = $('text').value;
  $('length').textContent = text ? `${number(text.length)} characters` : '';
  note('');
  showCode();
  if (text.trim() === '') {
    $('result').hidden = true;
    return;
  }
  asking = new AbortController();
  answer(text, asking.signal);
}

async function answer(text, signal) {
  const { reference, limits } = current();
  const explain = text.length <= limits.explained && (state.chosen ?? true);
  $('result').classList.add('waiting');
  try {
    const found = await ask('predict', { text, model: reference, ...(explain && { explain }) }, signal);
    show(text, found);
    if (!explain) note(`longer than ${number(limits.explained)} characters: its words are not explained`);
  } catch (error) {
    if (error.name === 'AbortError') return;
    if (error.status === 503) timer = setTimeout(predict, RETRY_MS);
    else note(error.status ? error.message : 'the service cannot be reached', true);
  }
  $('result').classList.remove('waiting');
}

function note(text, wrong = false) {
  $('note').textContent = text;
  $('note').className = wrong ? 'wrong' : '';
}

function show(text, { label, score, scores, explanation }) {
  $('result').hidden = false;
  $('label').textContent = label;
  $('score').textContent = percent(score);
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    $('spoken').textContent = `${label}, ${percent(score)}`;
  }, SPOKEN_MS);
  showClasses(scores, explanation?.class ?? label);
  $('explained').hidden = explanation === undefined;
  if (explanation) showWords(text, explanation);
}

function showClasses(scores, chosen) {
  const ranked = Object.entries(scores).sort((a, b) => b[1] - a[1]);
  const rows = ranked.filter(([name], i) => state.allClasses || i < SHOWN || name === chosen);
  // buttons stay where they are as far as they do, so that the focus does
  const focused = document.activeElement?.dataset?.name;
  $('classes').replaceChildren(
    ...rows.map(([name, p]) => {
      const fill = element('i');
      fill.style.width = `${100 * p}%`;
      const button = element(
        'button',
        { type: 'button', title: name },
        element('span', { className: 'name', textContent: name }),
        element('span', { className: 'bar' }, fill),
        element('span', { className: 'share', textContent: percent(p) }),
      );
      button.dataset.name = name;
      button.setAttribute('aria-pressed', String(name === chosen));
      return button;
    }),
  );
  if (focused !== undefined)
    [...$('classes').children].find(({ dataset }) => dataset.name === focused)?.focus();
  $('more').hidden = ranked.length <= SHOWN;
  $('more').textContent = state.allClasses ? 'Show fewer' : `Show all ${ranked.length} classes`;
}

function showWords(text, { class: name, tokens, method }) {
  const most = Math.max(...tokens.map(({ contribution }) => Math.abs(contribution)));
  const pieces = [];
  let at = 0;
  for (const { start, end, contribution } of tokens) {
    if (start < at) continue;
    pieces.push(text.slice(at, start));
    at = end;
    const word = text.slice(start, end);
    const weight = most > 0 ? Math.abs(contribution) / most : 0;
    if (weight < FAINT) {
      pieces.push(word);
      continue;
    }
    const mark = element('mark', {
      className: contribution > 0 ? 'for' : 'against',
      textContent: word,
      title: signed(contribution),
    });
    mark.style.setProperty('--weight', `${Math.round(6 + 60 * weight)}%`);
    pieces.push(mark);
  }
  $('explained-class').textContent = name;
  const others = current().classes.filter((other) => other !== name);
  $('for').textContent = `for ${name}`;
  $('against').textContent = others.length === 1 ? `for ${others[0]}` : 'against it';
  $('words').replaceChildren(...pieces, text.slice(at));
  $('method').textContent =
    method === 'linear' ? 'exactly, as log-odds' : 'by how far the log-odds fall without the word';
  const strongest = [...tokens]
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, STRONGEST);
  $('contributions').replaceChildren(
    ...strongest.map(({ text: word, contribution }) =>
      element(
        'tr',
        {},
        element('td', { textContent: word }),
        element('td', { textContent: signed(contribution) }),
      ),
    ),
  );
  $('strongest').hidden = strongest.length === 0;
}

const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

const snippets = {
  curl: ({ url, body, key }) =>
    `curl ${url} \\\n${key ? `  -H 'authorization: Bearer ${key}' \\\n` : ''}  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  Python: ({ url, body, key }) =>
    `import requests\n\nresponse = requests.post(\n    "${url}",\n    json=${JSON.stringify(body, null, 4).replaceAll('\n', '\n    ')},\n${key ? `    headers={"Authorization": "Bearer ${key}"},\n` : ''})\nprint(response.json()["label"])`,
  JavaScript: ({ url, body, key }) =>
    `const response = await fetch('${url}', {\n  method: 'POST',\n  headers: {${key ? ` authorization: 'Bearer ${key}',` : ''} 'content-type': 'application/json' },\n  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}),\n});\nconst { label, score } = await response.json();`,
};

function showCode() {
  const body = { text: $('text').value.trim().slice(0, 200) || 'some text' };
  if (state.models.length > 1) body.model = current().model;
  // the key itself stays out of what may be copied
  const key = state.key && 'YOUR_KEY';
  $('code').textContent = snippets[state.language]({
    url: new URL('predict', document.baseURI).href,
    body,
    key,
  });
  $('copy').textContent = 'Copy';
  for (const tab of $('tabs').children) {
    const selected = tab.textContent === state.language;
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) $('code').setAttribute('aria-labelledby', tab.id);
  }
}

function selectTab(tab) {
  state.language = tab.textContent;
  showCode();
  tab.focus();
}

$('tabs').append(
  ...Object.keys(snippets).map((name) => {
    const tab = element('button', { type: 'button', id: `tab-${name}`, textContent: name });
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'code');
    return tab;
  }),
);
$('tabs').addEventListener('click', ({ target }) => target.role === 'tab' && selectTab(target));
$('tabs').addEventListener('keydown', ({ key, target }) => {
  const tabs = [...$('tabs').children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) selectTab(tabs[(tabs.indexOf(target) + step + tabs.length) % tabs.length]);
});
$('copy').addEventListener('click', async () => {
  const selection = getSelection();
  selection.selectAllChildren($('code'));
  // where there is no clipboard without HTTPS, what is selected can be copied by hand
  await navigator.clipboard?.writeText($('code').textContent).then(
    () => {
      $('copy').textContent = 'Copied';
    },
    () => {},
  );
});
$('text').addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(predict, DEBOUNCE_MS);
});
$('text').addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
  if (key === 'Enter' && (ctrlKey || metaKey)) predict();
});
$('model').addEventListener('change', () => {
  showModel();
  predict();
});
$('classes').addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  state.chosen = button.dataset.name;
  predict();
});
$('more').addEventListener('click', () => {
  state.allClasses = !state.allClasses;
  predict();
});
$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  state.key = $('key').value.trim();
  begin();
});
begin();
