/**
 * The script of all pages. Without it, everything works but the button that copies. The policy of the pages allows exactly this
 * text.
 */
export const script = `
for (const time of document.querySelectorAll('time')) {
  const style = time.dataset.style === 'day' ? { dateStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' };
  time.textContent = new Intl.DateTimeFormat(undefined, style).format(new Date(time.dateTime));
}
const key = document.getElementById('key');
if (key) {
  const copy = document.getElementById('copy');
  const status = document.getElementById('copied');
  const guard = (event) => event.preventDefault();
  const saved = () => removeEventListener('beforeunload', guard);
  addEventListener('beforeunload', guard);
  // A page that the browser keeps must not show the key again.
  addEventListener('pagehide', () => { key.value = ''; });
  addEventListener('pageshow', (event) => { if (event.persisted) location.replace('keys'); });
  key.addEventListener('copy', saved);
  document.getElementById('stored').addEventListener('click', saved);
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    key.select();
    try { await navigator.clipboard.writeText(key.value); } catch { if (!document.execCommand('copy')) return; }
    status.textContent = 'Copied.';
    saved();
  });
}
for (const form of document.querySelectorAll('form[method=post]'))
  form.addEventListener('submit', () => setTimeout(() => { for (const one of form.querySelectorAll('button')) one.disabled = true; }));
addEventListener('pageshow', () => { for (const one of document.querySelectorAll('button')) one.disabled = false; });
`;
