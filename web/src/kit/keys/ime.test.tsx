import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import Palette from '~/app/keys/Palette'
import type { EmailAddress } from '~/api/jmap'
import { addTexts } from '~/kit/i18n'
import { passedOn, recordedTraces, replay, traces, type ImeEvent } from '~/kit/testing/ime-traces'
import { RecipientField } from '~/rooms/mail/compose/RecipientField'
import type { MailEngine } from '~/rooms/mail/engine'
import { useKeys } from '.'

const everything = ['Enter', 'Escape', 'ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', ' ', 'i', 'e', 's', '2', '/', '#', 'Process', 'Unidentified']

beforeAll(() => addTexts('palette'))
afterEach(cleanup)

/** Whether the word is whole at this event: nothing is composed any more. */
function whole(): (e: ImeEvent) => boolean {
  let composing = false
  return (e) => {
    if (e.type === 'compositionstart') composing = true
    if (e.type === 'compositionend') composing = false
    return !composing
  }
}

test('the recording has what it is for', () => {
  for (const method of ['Zhuyin', 'Pinyin', 'Hangul', 'Telex']) {
    const of = recordedTraces.filter((t) => t.method === method)
    expect(of.length).toBeGreaterThanOrEqual(8)
    // An Enter and an Escape typed while composing, in a field and in an editor.
    for (const key of ['Return', 'Escape']) expect(of.filter((t) => t.keys.includes(key)).map((t) => t.field)).toEqual(expect.arrayContaining(['input', 'editor']))
    for (const t of of) expect(t.events.filter((e) => e.type === 'compositionupdate').length, t.name).toBeGreaterThan(1)
  }
  // Zhuyin and Pinyin keep every stroke; Hangul and Telex pass the last one on, once.
  for (const t of recordedTraces) expect(passedOn(t).filter((k) => k !== ' ').length, t.name).toBeLessThanOrEqual(/Hangul|Telex/.test(t.method) ? 1 : 0)
})

describe('input methods', () => {
  test.each(traces)('no shortcut acts: $name', (trace) => {
    const done: string[] = []
    renderHook(() => useKeys(Object.fromEntries(everything.map((k) => [k, () => void done.push(k)]))))
    const field = document.body.appendChild(document.createElement('input'))
    const complete = whole()
    replay(field, trace, (e) => {
      if (!complete(e)) expect(done).toEqual([])
    })
    field.remove()
    // In a field Escape alone acts, and only one that the method passed on.
    expect(done).toEqual(passedOn(trace).filter((k) => k === 'Escape'))
  })

  test.each(traces)('the palette waits: $name', (trace) => {
    HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
      this.open = true
    }
    const engine = { accounts: [], session: { capabilities: {} } } as unknown as MailEngine
    const close = vi.fn()
    render(<Palette engine={engine} onClose={close} />)
    const field = screen.getByRole<HTMLInputElement>('combobox', { hidden: true })
    const complete = whole()
    act(() => replay(field, trace, (e) => {
      if (!complete(e) || passedOn(trace).length === 0) expect(close).not.toHaveBeenCalled()
    }))
    expect(close.mock.calls.length).toBeLessThanOrEqual(1)
    if (close.mock.calls.length > 0) return
    // An Enter of the person's own acts.
    fireEvent.change(field, { target: { value: '' } })
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(close).toHaveBeenCalled()
  })

  test.each(traces)('recipients are made of whole words: $name', (trace) => {
    const seen: EmailAddress[][] = []
    function Field() {
      const [value, setValue] = useState<EmailAddress[]>([])
      return <RecipientField label="To" value={value} onChange={(v) => (seen.push(v), setValue(v))} sources={{ recent: [], directory: () => Promise.resolve([]) }} />
    }
    render(<Field />)
    const field = screen.getByLabelText<HTMLInputElement>('To')
    const complete = whole()
    for (const e of trace.events) {
      act(() => replay(field, { ...trace, events: [e] }))
      if (!complete(e)) expect(seen).toEqual([])
    }
    const names = seen.at(-1)?.map((a) => a.email) ?? []
    // By an Enter that was passed on, a chip of the whole word or none; by no other key.
    if (!passedOn(trace).includes('Enter')) expect(names).toEqual([])
    else expect([[], [trace.text]]).toContainEqual(names)
  })
})
