import recorded from './ime-recorded.json'

/** One event of an input method, in the order a browser tells them. */
export type ImeEvent =
  | { type: 'keydown' | 'keyup'; key: string; code?: string; keyCode: number; isComposing: boolean }
  | { type: 'compositionstart'; data: string }
  | { type: 'compositionupdate'; data: string }
  | { type: 'compositionend'; data: string }
  | { type: 'beforeinput'; data: string | null; inputType: string; isComposing: boolean }
  | { type: 'input'; data: string | null; inputType: string; isComposing: boolean; value: string }

export interface ImeTrace {
  name: string
  /** What stands in the field at the end. */
  text: string
  events: readonly ImeEvent[]
}

/** One that was recorded: by which method, in which field, and the keys as they were pressed. */
export interface RecordedTrace extends ImeTrace {
  method: string
  field: string
  keys: readonly string[]
}

/**
 * What fcitx5 engines told a page in Chromium, as e2e/tools/record-ime.mjs
 * recorded it; the versions stand in the file. Zhuyin and Pinyin keep each Enter
 * and Escape of theirs (code 229). Hangul and Telex end the composition with it
 * and pass it on: the same stroke then comes as an ordinary key.
 */
export const recordedTraces: readonly RecordedTrace[] = (recorded.traces as unknown as (Omit<RecordedTrace, 'name'> & { what: string })[]).map((t) => ({ ...t, name: `${t.method}, ${t.field}: ${t.what}` }))

/** The keys a method passed on, which are the person's own. */
export function passedOn(t: ImeTrace): string[] {
  return t.events.flatMap((e) => (e.type === 'keydown' && e.keyCode !== 229 && !e.isComposing ? [e.key] : []))
}

const down = (key: string, isComposing: boolean, keyCode = 229): ImeEvent => ({ type: 'keydown', key, keyCode, isComposing })
const start = { type: 'compositionstart', data: '' } as const
const update = (data: string): ImeEvent[] => [{ type: 'compositionupdate', data }, { type: 'input', data, inputType: 'insertCompositionText', isComposing: true, value: data }]
const end = (data: string): ImeEvent => ({ type: 'compositionend', data })
const up = (key: string, keyCode: number): ImeEvent => ({ type: 'keyup', key, keyCode, isComposing: false })

/**
 * Systems that nothing can be recorded on here, after the UI Events
 * specification (section 5.7.5) and the browsers' own tests; they differ in the
 * order of the last keydown and compositionend, the code, and whether
 * isComposing still says so.
 */
const described: readonly ImeTrace[] = [
  {
    name: 'Zhuyin (Chromium, Windows): Enter takes the candidate while composing',
    text: '公文',
    events: [down('Process', false), start, ...update('ㄍ'), down('Process', true), ...update('ㄍㄨㄥ'), down('Process', true), ...update('公'), down('Process', true), ...update('公ㄨㄣˊ'), down('Process', true), ...update('公文'), down('Enter', true), ...update('公文'), end('公文'), up('Enter', 13)],
  },
  {
    name: 'Zhuyin (Safari, macOS): compositionend comes first, its Enter has only the code',
    text: '公文',
    events: [start, ...update('ㄍㄨㄥ'), down('ㄥ', true), ...update('公ㄨㄣ'), down('ˊ', true), ...update('公文'), end('公文'), down('Enter', false), up('Enter', 13)],
  },
  {
    name: 'Pinyin: Enter keeps the letters and must not send',
    text: 'tongji',
    events: [down('Process', false), start, ...update('tongji'), down('Enter', true), end('tongji'), up('Enter', 13)],
  },
  {
    name: 'Pinyin: Escape and arrows in the candidate window',
    text: '',
    events: [down('Process', false), start, ...update('jue'), down('ArrowDown', true), down('ArrowUp', true), down('Escape', true), ...update(''), end('')],
  },
  {
    name: 'Hangul, two sets (Chromium, Windows): each syllable is a composition',
    text: '결재',
    events: [down('Process', false), start, ...update('ㄱ'), down('Process', true), ...update('겨'), down('Process', true), ...update('결'), down('Process', true), end('결'), start, ...update('ㅈ'), down('Process', true), ...update('재'), down('Enter', true), end('재')],
  },
  {
    name: 'Telex (Chromium, Windows Unikey): no composition at all, only code 229',
    text: 'việt',
    events: [down('v', false, 86), down('i', false), down('e', false), down('e', false), down('s', false), down('Enter', false)],
  },
  {
    name: 'Telex (Android): composition with unidentified keys',
    text: 'kính',
    events: [down('Unidentified', false), start, ...update('k'), down('Unidentified', true), ...update('kinh'), down('Unidentified', true), ...update('kính'), down('Enter', true), end('kính')],
  },
]

export const traces: readonly ImeTrace[] = [...recordedTraces.filter((t) => t.field === 'input'), ...described]

/** Plays a trace on an element as a browser would; `each` is told after every event. */
export function replay(el: HTMLInputElement | HTMLTextAreaElement, trace: ImeTrace, each: (e: ImeEvent) => void = () => {}): void {
  for (const e of trace.events) {
    play(el, e)
    each(e)
  }
}

function play(el: HTMLInputElement | HTMLTextAreaElement, e: ImeEvent): void {
  if ('key' in e) {
    const k = new KeyboardEvent(e.type, { key: e.key, code: e.code ?? '', bubbles: true, cancelable: true, isComposing: e.isComposing })
    Object.defineProperty(k, 'keyCode', { value: e.keyCode })
    el.dispatchEvent(k)
  } else if ('inputType' in e) {
    // React listens to the setter of the prototype.
    if ('value' in e) Object.getOwnPropertyDescriptor(Object.getPrototypeOf(el), 'value')?.set?.call(el, e.value)
    el.dispatchEvent(new InputEvent(e.type, { bubbles: true, data: e.data, inputType: e.inputType, isComposing: e.isComposing }))
  } else {
    el.dispatchEvent(new CompositionEvent(e.type, { bubbles: true, data: e.data }))
  }
}
