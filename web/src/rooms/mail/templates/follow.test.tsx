import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { tellChanged } from '~/kit/sync/notices'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { useAll } from './follow'

const URN = 'urn:x'
const same = (list: string[]): string[] => list

function desk(): { engine: MailEngine; answers: ((list: string[]) => Promise<void>)[] } {
  const answers: ((list: string[]) => Promise<void>)[] = []
  const call = (): Promise<unknown> =>
    new Promise((done) => answers.push(async (list) => act(async () => done({ list }))))
  return { engine: { session: { capabilities: { [URN]: {} } }, transport: { call } } as unknown as MailEngine, answers }
}

test('the answer to the newest question counts, and what belongs to one account is not shown as another\'s', async () => {
  const { engine, answers } = desk()
  const [one, two] = [{ id: 'a1' } as MailAccount, { id: 'a2' } as MailAccount]
  const { result, rerender, unmount } = renderHook(({ account }) => useAll<string>(engine, account, URN, 'Thing', same), { initialProps: { account: one } })
  expect(result.current).toBeUndefined()
  act(() => tellChanged({ changed: { a1: { Thing: 'x' }, a2: { Thing: 'x' } } }))
  expect(answers).toHaveLength(2)
  await answers[1]?.(['new'])
  await answers[0]?.(['old'])
  expect(result.current).toEqual(['new'])
  rerender({ account: two })
  expect(result.current).toBeUndefined()
  await answers[2]?.(['of two'])
  expect(result.current).toEqual(['of two'])
  act(() => tellChanged({ changed: { a2: { Thing: 'y' } } }))
  unmount()
  await answers[3]?.(['late'])
})
