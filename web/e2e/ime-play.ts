import type { CDPSession, Page } from 'playwright-core'
import type { ImeEvent, RecordedTrace } from '~/kit/testing/ime-traces'

const vk = (code: string): number => ({ Enter: 13, Escape: 27, Space: 32, Backspace: 8, ArrowDown: 40, ArrowUp: 38, ArrowLeft: 37, ArrowRight: 39 })[code] ?? 0

/**
 * Plays a recorded trace as the browser's own input: keys that the method took
 * (code 229), what it composed, what it took in the end, and the keys that it
 * passed on. Chromium makes the events of it, as it did when they were recorded.
 */
export async function play(cdp: CDPSession, trace: RecordedTrace): Promise<void> {
  let at = 0
  for (const e of trace.events) {
    at++
    switch (e.type) {
      case 'keydown':
        await down(cdp, e, trace.events[at])
        break
      case 'keyup':
        await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: e.key, code: e.code ?? '', windowsVirtualKeyCode: e.keyCode })
        break
      case 'compositionupdate':
        // The last one before the end belongs to what is taken.
        if (ends(trace.events, at) === undefined) await cdp.send('Input.imeSetComposition', { text: e.data, selectionStart: e.data.length, selectionEnd: e.data.length })
        break
      case 'compositionend':
        if (e.data === '') await cdp.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 })
        else await cdp.send('Input.insertText', { text: e.data })
        break
    }
  }
}

/** What is taken, when the events from here lead to an end without another key. */
function ends(events: readonly ImeEvent[], from: number): string | undefined {
  for (const e of events.slice(from)) {
    if (e.type === 'compositionend') return e.data
    if (e.type === 'keydown' || e.type === 'compositionstart') return undefined
  }
  return undefined
}

async function down(cdp: CDPSession, e: ImeEvent & { type: 'keydown' | 'keyup' }, next: ImeEvent | undefined): Promise<void> {
  if (e.keyCode === 229) return void (await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: e.key, code: e.code ?? '', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 }))
  const text = e.key === 'Enter' ? '\r' : e.key.length === 1 && next?.type !== 'compositionstart' ? e.key : undefined
  await cdp.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', key: e.key, code: e.code ?? '', windowsVirtualKeyCode: vk(e.code ?? ''), ...(text ? { text, unmodifiedText: text } : {}) })
}

/** Notes the order in which a page hears of keys and compositions. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = ((window as unknown as { heard: string[] }).heard = [])
    document.addEventListener('keydown', (e) => heard.push(`keydown ${e.keyCode} ${e.isComposing}`), true)
    for (const type of ['compositionstart', 'compositionend'] as const) document.addEventListener(type, (e) => heard.push(type === 'compositionend' ? `${type} ${e.data}` : type), true)
  })
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard.splice(0))
}

/** The same of a recording. */
export function order(trace: RecordedTrace): string[] {
  return trace.events.flatMap((e) => (e.type === 'keydown' ? [`keydown ${e.keyCode} ${e.isComposing}`] : e.type === 'compositionstart' ? [e.type] : e.type === 'compositionend' ? [`${e.type} ${e.data}`] : []))
}
