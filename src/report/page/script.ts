/** What the page does beyond being read, in plain JavaScript: a theme that stays, tables that sort and filter. */
export const script = `
'use strict';
{
  const root = document.documentElement;
  const theme = document.querySelector('button.theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => { try { return localStorage.getItem('maas-theme'); } catch { return null; } };
  const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const show = () => { theme.textContent = isDark() ? 'Light theme' : 'Dark theme'; };
  if (stored()) root.dataset.theme = stored();
  theme.hidden = false;
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('maas-theme', root.dataset.theme); } catch {}
    show();
  });
  dark.addEventListener('change', show);
  show();

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const sort = cell.dataset.sort;
    return sort === undefined ? cell.textContent : sort === '' ? Number.NEGATIVE_INFINITY : Number(sort);
  };
  for (const table of document.querySelectorAll('table[data-sortable]')) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const up = head.ariaSort === 'descending';
        for (const other of heads) other.ariaSort = null;
        head.ariaSort = up ? 'ascending' : 'descending';
        const compare = (a, b) => typeof a === 'number' ? a - b : String(a).localeCompare(String(b));
        const rows = [...table.tBodies[0].rows].sort((a, b) => (up ? 1 : -1) * compare(valueOf(a, column), valueOf(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  for (const label of document.querySelectorAll('.filter')) {
    label.hidden = false;
    const rows = [...document.querySelector(label.dataset.rows).querySelectorAll('tbody tr')];
    label.querySelector('input').addEventListener('input', ({ target }) => {
      const asked = target.value.toLocaleLowerCase();
      for (const row of rows) row.hidden = !row.cells[0].textContent.toLocaleLowerCase().includes(asked);
    });
  }

  addEventListener('beforeprint', () => { for (const each of document.querySelectorAll('details[data-print]')) each.open = true; });
}
`;
