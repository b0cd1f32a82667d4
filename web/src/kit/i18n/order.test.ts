import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { setPrefs } from '~/kit/prefs'
import { initials } from '~/kit/ui/Avatar'
import { collator, speak, t, type Language } from '.'
import { dateLocale, fullDate, listDate } from './dates'

afterAll(() => speak('en'))
afterEach(() => setPrefs({ zone: '', calendar: 'gregory' }))

describe('order', () => {
  test.each<[Language, string, string[]]>([
    // Strokes: 丁 2, 王 4, 江 6, 林 8, 陳 11, 龔 22.
    ['zh-TW', 'by strokes', ['丁', '王', '江', '林', '陳', '龔']],
    // Pinyin: chen, gong, jiang, lin, wang, zhang.
    ['zh-CN', 'by pinyin', ['陈', '龚', '江', '林', '王', '张']],
    // A Ă Â, D Đ, E Ê, O Ô Ơ, U Ư are letters of their own; tones come after letters.
    ['vi', 'by its own letters and tones', ['An', 'Ăn', 'Ân', 'Da', 'Đa', 'Em', 'Ên', 'Oanh', 'Ông', 'Ơn', 'Uy', 'Ưng']],
    ['ko', 'by Hangul', ['가', '까', '나', '다', '라', '마', '하']],
    ['en', 'figures as numbers', ['Room 2', 'Room 10', 'room 11']],
  ])('%s: %s', (language, _, want) => {
    expect(want.toReversed().sort(collator(language).compare)).toEqual(want)
    expect(want.toSorted(() => 0.5 - Math.random()).sort(collator(language).compare)).toEqual(want)
  })

  test('strokes and pinyin differ', () => {
    const names = ['王', '陳', '丁', '江']
    expect(names.toSorted(collator('zh-TW').compare)).not.toEqual(names.toSorted(collator('zh-CN').compare))
  })
})

describe('rare Han', () => {
  // Plane 2: two UTF-16 units each; household registers are full of them.
  test('a name of plane 2 keeps its character whole', () => {
    expect(initials('𠮷田')).toBe('𠮷')
    expect(initials('𡈽屋 小百合')).toBe('𡈽')
    expect([...'𠮷'].length).toBe(1)
  })
})

describe('zones and years', () => {
  const now = new Date('2026-11-20T20:00:00Z')
  test('days are those of the chosen zone', async () => {
    await speak('en')
    setPrefs({ zone: 'Asia/Taipei' })
    // 17:30 UTC is half past one of the next day in Taipei, the same day as "now" there.
    expect(listDate('2026-11-20T17:30:00Z', now)).toBe('01:30')
    setPrefs({ zone: 'America/New_York' })
    expect(listDate('2026-11-20T17:30:00Z', now)).toBe('12:30')
    expect(listDate('2026-11-20T03:30:00Z', now)).toBe('Nov 19')
  })

  test('ROC years in lists, in full, and in fields', async () => {
    await speak('zh-TW')
    setPrefs({ calendar: 'roc', zone: 'Asia/Taipei' })
    expect(fullDate('2026-11-20T03:00:00Z')).toContain('115年')
    expect(dateLocale()).toBe('zh-TW-u-ca-roc')
    setPrefs({ calendar: 'gregory' })
    expect([fullDate('2026-11-20T03:00:00Z').includes('2026'), dateLocale()]).toEqual([true, 'zh-TW-u-ca-gregory'])
  })
})

describe('plurals', () => {
  test.each<[Language, number, string]>([['en', 1, '1 done'], ['en', 2, '2 done'], ['ko', 1, '1건 완료'], ['vi', 5, 'Đã xong 5 mục']])('%s %i', async (l, count, want) => {
    await speak(l)
    expect(t('progress.done', { count })).toBe(want)
  })
  test('English tells one from many', async () => {
    await speak('en')
    expect(t('search.found', { count: 1 })).not.toBe(t('search.found', { count: 2 }).replace('2', '1'))
  })
})
