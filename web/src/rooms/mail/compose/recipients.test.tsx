import { fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import type { EmailAddress } from '~/api/jmap'
import { RecipientField } from './RecipientField'
import { matching, type Suggestion } from './suggest'

const people: Suggestion[] = [
  { name: '王小明', email: 'wang@city.example', note: '' },
  { name: 'Nguyễn Thị Hồng', email: 'hong@city.example', note: '' },
  { name: 'Đỗ Văn An', email: 'an@city.example', note: '' },
]

function Field({ initial = [] }: { initial?: EmailAddress[] }) {
  const [value, setValue] = useState(initial)
  return (
    <>
      <RecipientField label="To" value={value} onChange={setValue} sources={{ recent: people, directory: () => Promise.resolve([]) }} />
      <output>{value.map((v) => v.email).join(' ')}</output>
    </>
  )
}

const input = (): HTMLInputElement => screen.getByLabelText('To')
const chosen = (): string => document.querySelector('output')?.textContent ?? ''

describe('RecipientField', () => {
  test('completes with Enter', () => {
    render(<Field />)
    fireEvent.change(input(), { target: { value: '王' } })
    expect(screen.getAllByRole('option')).toHaveLength(1)
    fireEvent.keyDown(input(), { key: 'Enter' })
    expect(chosen()).toBe('wang@city.example')
  })

  test('Enter that ends a composition chooses nobody', () => {
    render(<Field />)
    fireEvent.change(input(), { target: { value: '王' } })
    fireEvent.keyDown(input(), { key: 'Enter', keyCode: 229 })
    fireEvent.keyDown(input(), { key: 'Enter', isComposing: true })
    expect(chosen()).toBe('')
  })

  test('what was typed is kept on leaving, and Backspace takes it out again', () => {
    render(<Field />)
    fireEvent.change(input(), { target: { value: 'new@x.example' } })
    fireEvent.blur(input())
    expect(chosen()).toBe('new@x.example')
    fireEvent.keyDown(input(), { key: 'Backspace' })
    expect(chosen()).toBe('')
  })

  test('nobody is named twice', () => {
    render(<Field initial={[{ name: null, email: 'WANG@city.example' }]} />)
    fireEvent.change(input(), { target: { value: 'wang@city.example,' } })
    fireEvent.keyDown(input(), { key: 'Enter' })
    expect(chosen()).toBe('WANG@city.example')
  })

  test.each([['nguyen thi', 'hong'], ['hồng', 'hong'], ['do van', 'an'], ['小明', 'wang'], ['xyz', undefined]])('%s finds %s', (text, who) => {
    expect(matching(people, text)[0]?.email.split('@')[0]).toBe(who)
  })
})
