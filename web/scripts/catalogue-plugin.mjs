import { compileMessage } from '@lingui/message-utils/compileMessage'

// catalogues turns src/locales/*/*.json (key -> ICU text) into compiled Lingui
// messages, so that no message parser is shipped to the browser.
export function catalogues() {
  return {
    name: 'chancery-catalogues',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/locales\/[\w-]+\/[\w-]+\.json$/ },
      handler(code) {
        const texts = JSON.parse(code)
        const compiled = Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, compileMessage(v)]))
        return { code: `export default ${JSON.stringify(compiled)}`, map: null, moduleType: 'js' }
      },
    },
  }
}
