// Records what input methods really tell a page, for web/src/kit/testing/ime-recorded.json:
// Debian's fcitx5 engines typed through by xdotool in a Chromium with a window,
// on a display of its own. Not a part of the tests; run it again when browsers
// or engines change:
//
//   apt-get install --no-install-recommends xvfb xdotool openbox dbus fcitx5 \
//     fcitx5-frontend-gtk3 fcitx5-module-xorg fcitx5-chewing \
//     fcitx5-chinese-addons fcitx5-hangul fcitx5-unikey
//   dbus-run-session -- node e2e/tools/record-ime.mjs
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const out = new URL('../../src/kit/testing/ime-recorded.json', import.meta.url).pathname
const only = process.argv[2]
const dir = mkdtempSync(join(tmpdir(), 'ime-'))
const DISPLAY = ':97'
const env = { ...process.env, DISPLAY, HOME: dir, XDG_CONFIG_HOME: join(dir, 'config'), XDG_DATA_HOME: join(dir, 'data'), XDG_CACHE_HOME: join(dir, 'cache'), XDG_RUNTIME_DIR: dir, GTK_IM_MODULE: 'fcitx', XMODIFIERS: '@im=fcitx', LANG: 'C.UTF-8' }
const pause = (ms) => new Promise((r) => setTimeout(r, ms))
const run = (name, ...args) => execFileSync(name, args, { env, encoding: 'utf8' }).trim()

// What is typed: keys as xdotool names them, and what stands in the field then.
const methods = {
  Zhuyin: { engine: 'chewing', package: 'fcitx5-chewing' },
  Pinyin: { engine: 'pinyin', package: 'fcitx5-chinese-addons' },
  Hangul: { engine: 'hangul', package: 'fcitx5-hangul' },
  Telex: { engine: 'unikey', package: 'fcitx5-unikey' },
}
const letters = (s) => s.split(' ')
const sessions = [
  ['Zhuyin', 'Enter takes what was composed', letters('e j slash space j p 6 Return')],
  ['Zhuyin', 'arrows and Enter in the candidates, which go on', letters('e j slash space Down Right Return Return')],
  ['Zhuyin', 'a candidate by its digit', letters('e j slash space Down 2 Return')],
  ['Zhuyin', 'Escape closes the candidates, then empties it', letters('e j slash space Down Escape Escape')],
  ['Zhuyin', 'a sign taken back', letters('e j BackSpace BackSpace')],
  ['Pinyin', 'space takes the first candidate', letters('t o n g j i space')],
  ['Pinyin', 'Enter keeps the letters', letters('t o n g j i Return')],
  ['Pinyin', 'a candidate by its digit', letters('t o n g 2')],
  ['Pinyin', 'a candidate by arrows', letters('t o n g Right Right Left space')],
  ['Pinyin', 'Escape empties it', letters('j u e Escape')],
  ['Hangul', 'syllable after syllable, then Enter', letters('r u f w o Return')],
  ['Hangul', 'a space ends it', letters('r u f space w o space')],
  ['Hangul', 'a jamo taken back', letters('r u f BackSpace BackSpace BackSpace')],
  ['Hangul', 'Hanja by arrows and Enter', letters('r k F9 Down Return')],
  ['Hangul', 'Escape', letters('r u Escape')],
  ['Telex', 'tone and hat, then Enter', letters('v i e e t j Return')],
  ['Telex', 'a space ends it', letters('k i n h s space')],
  ['Telex', 'a mark taken back', letters('k i n h s BackSpace BackSpace Return')],
  ['Telex', 'Escape', letters('d d a Escape')],
]

const PAGE = `<!doctype html><meta charset="utf-8"><title>ime</title>
<input id="input" autocomplete="off" size="60"><div id="editor" contenteditable style="border:1px solid;min-height:3em"></div>
<script>
  const trace = []
  for (const el of [document.getElementById('input'), document.getElementById('editor')]) {
    const value = () => (el.value ?? el.innerText).replace(/\\n$/, '')
    for (const type of ['keydown', 'keyup'])
      el.addEventListener(type, (e) => trace.push({ type, key: e.key, code: e.code, keyCode: e.keyCode, isComposing: e.isComposing }))
    for (const type of ['compositionstart', 'compositionupdate', 'compositionend'])
      el.addEventListener(type, (e) => trace.push({ type, data: e.data }))
    for (const type of ['beforeinput', 'input'])
      el.addEventListener(type, (e) => trace.push({ type, inputType: e.inputType, data: e.data, isComposing: e.isComposing, ...(type === 'input' ? { value: value() } : {}) }))
  }
  function begin(id) { const el = document.getElementById(id); if ('value' in el) el.value = ''; else el.replaceChildren(); el.focus(); trace.length = 0 }
</script>`

function config() {
  mkdirSync(join(dir, 'config/fcitx5'), { recursive: true })
  const items = ['keyboard-us', ...Object.values(methods).map((m) => m.engine)]
  const profile = ['[Groups/0]', 'Name=Default', 'Default Layout=us', 'DefaultIM=keyboard-us', '', ...items.flatMap((n, i) => [`[Groups/0/Items/${i}]`, `Name=${n}`, 'Layout=', '']), '[GroupOrder]', '0=Default', '']
  writeFileSync(join(dir, 'config/fcitx5/profile'), profile.join('\n'))
}

const children = []
const start = (name, args) => {
  const c = spawn(name, args, { env, stdio: ['ignore', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'] })
  children.push(c)
  return c
}

async function record(page, method, what, keys, field) {
  await page.evaluate((f) => begin(f), field)
  run('fcitx5-remote', '-o')
  run('fcitx5-remote', '-s', methods[method].engine)
  await pause(300)
  if (run('fcitx5-remote', '-n') !== methods[method].engine) throw new Error(`${method} is not active`)
  for (const k of keys) {
    run('xdotool', 'key', '--clearmodifiers', k)
    await pause(180)
  }
  await pause(300)
  const { events, text } = await page.evaluate((f) => {
    const el = document.getElementById(f)
    return { events: [...trace], text: (el.value ?? el.innerText).replace(/\n$/, '') }
  }, field)
  // Leaves nothing half composed behind.
  for (let i = 0; i < 4; i++) run('xdotool', 'key', 'Escape')
  run('fcitx5-remote', '-c')
  await page.evaluate(() => document.activeElement.blur())
  await pause(200)
  return { method, what, field, keys, text, events }
}

const version = (name) => run('dpkg-query', '-W', '-f', '${Version}', name)

async function main() {
  config()
  start('Xvfb', [DISPLAY, '-screen', '0', '1200x800x24'])
  await pause(1500)
  start('openbox', [])
  await pause(500)
  start('fcitx5', ['--disable', 'wayland,waylandim,notifications,clipboard,cloudpinyin'])
  await pause(2500)
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: false, env, args: ['--no-sandbox', '--disable-gpu', '--ozone-platform=x11', '--window-size=900,600', '--no-first-run'] })
  const page = await browser.newPage({ viewport: null })
  await page.setContent(PAGE)
  await page.bringToFront()
  await pause(1000)
  const windows = run('xdotool', 'search', '--onlyvisible', '--class', 'chromium').split('\n')
  run('xdotool', 'windowactivate', '--sync', windows.at(-1))
  await page.click('#input')
  const traces = []
  for (const field of ['input', 'editor']) {
    for (const [method, what, keys] of sessions) {
      if (only && method !== only) continue
      const t = await record(page, method, what, keys, field)
      console.log(`${field} ${method}, ${what}: ${JSON.stringify(t.text)}, ${t.events.length} events`)
      traces.push(t)
    }
  }
  const by = { date: new Date().toISOString().slice(0, 10), browser: `Chromium ${browser.version()}`, system: readFileSync('/etc/os-release', 'utf8').match(/PRETTY_NAME="(.*)"/)?.[1], fcitx5: version('fcitx5'), frontend: `fcitx5-frontend-gtk3 ${version('fcitx5-frontend-gtk3')}`, engines: Object.fromEntries(Object.values(methods).map((m) => [m.package, version(m.package)])) }
  const lines = traces.map((t) => `  {\n   ${JSON.stringify({ ...t, events: undefined }).slice(1, -1)},\n   "events": [\n${t.events.map((e) => `    ${JSON.stringify(e)}`).join(',\n')}\n   ]\n  }`)
  if (!only) writeFileSync(out, `{\n "recorded": ${JSON.stringify(by)},\n "traces": [\n${lines.join(',\n')}\n ]\n}\n`)
  else console.log(lines.join('\n'))
  await browser.close()
}

try {
  await main()
} finally {
  for (const c of children.reverse()) c.kill('SIGTERM')
  await pause(500)
  rmSync(dir, { recursive: true, force: true })
}
