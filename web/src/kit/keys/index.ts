import { createContext, useContext, useLayoutEffect, useRef } from 'react'
import { prefs } from '~/kit/prefs'
import { composing } from './ime'
import { resolveKey } from './names'

/** Keys by name: a character, a KeyboardEvent.key, or "mod+" for Ctrl (Command on a Mac). */
export type KeyMap = Record<string, Act>
/** An act that returns false leaves the key to the browser. */
type Act = (e: KeyboardEvent) => void | false | undefined

const layers: { current: KeyMap }[] = []

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** The name of a pressed key as used in a KeyMap. */
export function keyName(e: KeyboardEvent): string {
  const mod = isMac ? e.metaKey : e.ctrlKey
  const key = e.key.length === 1 && mod ? e.key.toLowerCase() : e.key
  return `${mod ? 'mod+' : ''}${e.altKey ? 'alt+' : ''}${e.shiftKey && key.length > 1 ? 'shift+' : ''}${key}`
}

/** Whether the element takes text, so that letters are not ours. */
export function takesText(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null
  if (!el || typeof el.closest !== 'function') return false
  if (el.isContentEditable) return true
  const tag = el.tagName
  if (tag === 'TEXTAREA' || tag === 'SELECT') return true
  return tag === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'range'].includes((el as HTMLInputElement).type)
}

/** Offers a key to the layers, newest first; the message frame forwards its keys here too. */
export function dispatchKey(e: KeyboardEvent): void {
  if (e.defaultPrevented || composing(e)) return
  const pressed = keyName(e)
  const name = resolveKey(pressed)
  if (name === '') return // moved to another key
  // A letter that acts alone is never taken from words being written, whatever key it was moved to.
  const single = [pressed, name].some((n) => !n.startsWith('mod+') && n.length === 1)
  if (single && (!prefs().shortcuts || takesText(e.target))) return
  if (!single && takesText(e.target) && name !== 'Escape' && !name.startsWith('mod+')) return
  // Text fields keep their own undo.
  if (name === 'mod+z' && takesText(e.target)) return
  // An open menu or dialog owns the keyboard; a native one closes itself on Escape.
  const target = e.target as Element | null
  if (target?.closest?.('dialog[open]')) return
  if (target?.closest?.('[role="dialog"][aria-modal], [role="menu"], [role="listbox"], [role="alertdialog"]') && single) return
  const act = newest(name)
  if (act && act(e) !== false) e.preventDefault()
}

function newest(name: string): Act | undefined {
  return layers.findLast((l) => l.current[name])?.current[name]
}

/** Whether something in view answers to the key, by its name in a KeyMap. */
export function answersKey(name: string): boolean {
  return newest(name) !== undefined
}

/** Does what the key would do, as if it were pressed where the focus is. */
export function runKey(name: string): void {
  const e = new KeyboardEvent('keydown', { key: name.split('+').at(-1) ?? name, cancelable: true })
  Object.defineProperty(e, 'target', { value: document.activeElement ?? document.body })
  newest(name)?.(e)
}

if (typeof document !== 'undefined') document.addEventListener('keydown', dispatchKey)

/** Whether the part of the page is in view; keys of what is hidden are asleep. */
export const KeysActive = createContext(true)

/** Registers keys for as long as the component is shown; later layers win. */
export function useKeys(map: KeyMap, active = true): void {
  const ref = useRef(map)
  ref.current = map
  const shown = useContext(KeysActive)
  useLayoutEffect(() => { // what is seen answers
    if (!active || !shown) return
    layers.push(ref)
    return () => {
      layers.splice(layers.indexOf(ref), 1)
    }
  }, [active, shown])
}
