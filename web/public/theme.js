// Before the first paint: the theme the person chose, so that nothing flashes.
try {
  var chosen = JSON.parse(localStorage.getItem('chancery.prefs') || '{}')
  var theme = chosen.theme
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch (e) {
  // Without storage the system's theme applies.
}
// What the client will need first is on its way while the script is still
// being fetched: who this is, the session, and the texts of the chosen language.
window.chanceryEarly = {}
;['/auth/me', '/.well-known/jmap'].forEach(function (path) {
  var answer = fetch(path, { headers: { Accept: 'application/json' } })
  answer.catch(function () {}) // whoever takes it is told
  window.chanceryEarly[path] = answer
})
try {
  var texts = JSON.parse(document.querySelector('meta[name=texts]').content)[chosen.language]
  if (texts) {
    var link = document.createElement('link')
    link.rel = 'modulepreload'
    link.href = texts
    document.head.append(link)
  }
} catch (e) {
  // Not the built page, or nothing chosen yet: the script asks for its texts itself.
}
