import { afterAll, describe, expect, test } from 'vitest'
import { setPrefs } from '~/kit/prefs'
import { isLanguage, languages, pickLanguage, speak, t } from '.'
import { fileSize, listDate, readingDate } from './dates'
import { guessLanguage } from './guess'

afterAll(() => speak('en'))

describe('languages', () => {
  test.each([
    [['zh-Hant-HK'], 'zh-TW'], [['zh-CN'], 'zh-CN'], [['zh'], 'zh-CN'], [['ko-KR'], 'ko'], [['fr', 'vi-VN'], 'vi'], [['fr'], 'zh-TW'], [['en-GB'], 'en'],
  ])('%j is %s', (wanted, want) => expect(pickLanguage(wanted)).toBe(want))

  test('every language speaks', async () => {
    const said = new Set<string>()
    for (const l of Object.keys(languages)) {
      if (isLanguage(l)) await speak(l)
      said.add(t('act.archive'))
      expect(document.documentElement.lang).toBe(l)
      expect(t('done.archived', { count: 3 })).toContain('3')
    }
    expect(said.size).toBe(5)
  })

  test.each([
    ['請於週五前填報年度訓練需求', 'zh-TW'], ['关于统计口径的函，请查收', 'zh-CN'], ['안녕하십니까. 국제협력과입니다.', 'ko'],
    ['Kính gửi quý phòng, xin gửi báo cáo tiến độ', 'vi'], ['Thank you for the draft programme', 'en'], ['ご確認ください', 'ja'], ['2025/11/20', undefined], ['公文', undefined],
  ])('%s is %s', (text, want) => expect(guessLanguage(text)).toBe(want))
})

describe('dates', () => {
  const now = new Date(2025, 10, 21, 15, 0)
  test('the hour today, the day this year, all of it before', async () => {
    await speak('en')
    expect(listDate(new Date(2025, 10, 21, 9, 5).toISOString(), now)).toBe('09:05')
    expect(listDate(new Date(2025, 2, 3).toISOString(), now)).toBe('Mar 3')
    expect(listDate(new Date(2024, 2, 3).toISOString(), now)).toBe('03/03/2024')
    expect(listDate('nonsense', now)).toBe('')
  })

  test('relative only up to a day', async () => {
    await speak('en')
    expect(readingDate(new Date(2025, 10, 21, 14, 30).toISOString(), now)).toBe('30 minutes ago')
    expect(readingDate(new Date(2025, 10, 21, 5, 0).toISOString(), now)).toBe('10 hours ago')
    expect(readingDate(new Date(2025, 10, 19, 5, 0).toISOString(), now)).toContain('Nov 19')
  })

  test('ROC years where chosen', async () => {
    await speak('zh-TW')
    setPrefs({ calendar: 'roc' })
    expect(listDate(new Date(2024, 2, 3).toISOString(), now)).toContain('113')
    setPrefs({ calendar: 'gregory' })
  })

  test('sizes in units people know', async () => {
    await speak('en')
    expect([fileSize(999), fileSize(1500), fileSize(15_400_000)]).toEqual(['999 bytes', '1.5 kB', '15 MB'])
  })
})
