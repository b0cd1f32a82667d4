// Before the first paint: the theme the person chose, so that nothing flashes.
try {
  var theme = JSON.parse(localStorage.getItem('chancery.prefs') || '{}').theme
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch (e) {
  // Without storage the system's theme applies.
}
