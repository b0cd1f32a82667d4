import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './kit/tokens.css'
import './kit/base.css'
import { App } from './app/App'
import { isLanguage, pickLanguage, speak } from './kit/i18n'
import { watchInstall } from './kit/pwa/install'
import { applyPrefs, prefs } from './kit/prefs'

applyPrefs()
watchInstall()
const chosen = prefs().language
const root = document.getElementById('root')
if (root) {
  void speak(isLanguage(chosen) ? chosen : pickLanguage(navigator.languages)).then(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  )
}
