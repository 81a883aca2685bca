// Runs before the first paint, so that a night shift is not blinded by a day page. Not a module on purpose: modules wait.
try {
  document.documentElement.dataset.theme = localStorage.getItem('theme') === 'night' ? 'night' : 'day';
} catch {
  document.documentElement.dataset.theme = 'day';
}
