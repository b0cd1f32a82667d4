// Characters that only one of the two Chinese scripts uses, from the most
// frequent ones; a handful decides any text of some length.
const TRADITIONAL = /[們個來這為說國會學對時過發現經動點實務關於機開無應電還兩體問題書門車長東業產從後與辦處區報單號類請參閱覽會議稱線網統級總條員將結論費資訊際際樣寫聽讀話語調證護變讓認識許設計訂訓記錄灣縣鄉鎮廳陳楊張劉黃]/g
const SIMPLIFIED = /[们个来这为说国会学对时过发现经动点实务关于机开无应电还两体问题书门车长东业产从后与办处区报单号类请参阅览会议称线网统级总条员将结论费资讯际样写听读话语调证护变让认识许设计订训记录湾县乡镇厅陈杨张刘黄]/g
const VIETNAMESE = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/gi

/**
 * guessLanguage names the language of a piece of content for its lang
 * attribute, so that the right glyphs and line rules are used. Undefined when
 * the text does not tell: the surrounding language then applies.
 */
export function guessLanguage(text: string): string | undefined {
  const sample = text.slice(0, 600)
  const count = (re: RegExp): number => sample.match(re)?.length ?? 0
  const hangul = count(/\p{Script=Hangul}/gu)
  const kana = count(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)
  const han = count(/\p{Script=Han}/gu)
  if (hangul > 0 && hangul >= han) return 'ko'
  if (kana > 0) return 'ja'
  if (han > 0) {
    const t = count(TRADITIONAL)
    const s = count(SIMPLIFIED)
    if (s > t) return 'zh-CN'
    if (t > s) return 'zh-TW'
    return undefined
  }
  const letters = count(/\p{L}/gu)
  if (letters === 0) return undefined
  const marks = count(VIETNAMESE)
  if (marks >= 2 && marks / letters > 0.04) return 'vi'
  return letters > 12 && marks === 0 && /^[\p{ASCII}\p{P}\p{S}\p{M}\s’“”–—]*$/u.test(sample) ? 'en' : undefined
}
