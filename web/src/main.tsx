import { StrictMode, Suspense, lazy } from 'react'
import { createRoot } from 'react-dom/client'
import './kit/tokens.css'
import './kit/base.css'
import { App } from './app/App'
import { isLanguage, pickLanguage, speak, withTexts } from './kit/i18n'
import { watchInstall } from './kit/pwa/install'
import { applyPrefs, prefs } from './kit/prefs'

const Sso = lazy(() => withTexts('sso', () => import('./app/sso/SsoPage')))

applyPrefs()
watchInstall()
const chosen = prefs().language
const root = document.getElementById('root')
if (root) {
  void speak(isLanguage(chosen) ? chosen : pickLanguage(navigator.languages)).then(() =>
    createRoot(root).render(
      <StrictMode>
        {location.pathname.startsWith('/sso/') ? <Suspense><Sso /></Suspense> : <App />}
      </StrictMode>,
    ),
  )
}
