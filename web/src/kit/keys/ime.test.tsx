import { fireEvent, render, renderHook, screen } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import Palette from '~/app/keys/Palette'
import { addTexts } from '~/kit/i18n'
import { replay, traces } from '~/kit/testing/ime-traces'
import type { MailEngine } from '~/rooms/mail/engine'
import { useKeys } from '.'

const everything = ['Enter', 'Escape', 'ArrowDown', 'ArrowUp', ' ', 'i', 'e', 's', 'Process', 'Unidentified']

describe('input methods', () => {
  test.each(traces)('no shortcut acts: $name', (trace) => {
    const act = vi.fn()
    renderHook(() => useKeys(Object.fromEntries(everything.map((k) => [k, act]))))
    const field = document.body.appendChild(document.createElement('input'))
    replay(field, trace)
    field.remove()
    expect(act).not.toHaveBeenCalled()
  })

  test.each(traces)('the palette waits: $name', async (trace) => {
    await addTexts('palette')
    HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
      this.open = true
    }
    const engine = { accounts: [] } as unknown as MailEngine
    const close = vi.fn()
    render(<Palette engine={engine} onClose={close} />)
    const field = screen.getByRole<HTMLInputElement>('combobox', { hidden: true })
    replay(field, trace)
    expect(close).not.toHaveBeenCalled()
    // An Enter of the person's own acts.
    fireEvent.change(field, { target: { value: '' } })
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(close).toHaveBeenCalled()
  })
})
