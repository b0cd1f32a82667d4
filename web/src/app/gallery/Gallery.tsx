import { useEffect, useState, type ReactNode } from 'react'
import { isLanguage, language, languages, speak, useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Choice } from '~/kit/ui/controls'
import { Confirmations } from '~/kit/ui/Dialog'
import { Seal } from '../Seal'
import { Data } from './Data'
import { Forms } from './Forms'
import css from './Gallery.module.css'
import { Basics, Colours, Dialogs, Files, Messages, States } from './Parts'

const tokens = ['--t-base', '--t-small', '--control', '--target', '--row']
const phone: Record<string, string> = { '--t-base': '16px', '--t-small': '13px', '--control': '44px', '--target': '44px', '--row': '48px' }

/** Every primitive on one page, in the theme, language and size one chooses: to look at, and for tests. */
export default function Gallery() {
  const t = useT()
  const p = usePrefs()
  const [size, setSize] = useState<'desk' | 'phone'>('desk')
  useEffect(() => {
    document.title = `${t('gallery.title')} · Chancery`
    const root = document.documentElement
    for (const k of tokens) {
      if (size === 'phone') root.style.setProperty(k, phone[k] ?? null)
      else root.style.removeProperty(k)
    }
    return () => tokens.forEach((k) => root.style.removeProperty(k))
  }, [size, t])
  return (
    <main className={css.page} data-size={size}>
      <div className={css.inside}>
        <header className={css.head}>
          <Seal size={40} />
          <div className={css.words}>
            <h1>{t('gallery.title')}</h1>
            <p>{t('gallery.note')}</p>
          </div>
          <Choice label={t('settings.theme')} value={p.theme} options={[['system', t('theme.system')], ['light', t('theme.light')], ['dark', t('theme.dark')]]} onChange={(theme) => setPrefs({ theme })} />
          <Choice label={t('settings.language')} value={language()} options={Object.entries(languages) as [string, string][]} onChange={(l) => isLanguage(l) && void speak(l)} />
          <Choice label={t('settings.calendar')} value={p.calendar} options={[['gregory', t('calendar.gregory')], ['roc', t('calendar.roc')]]} onChange={(calendar) => setPrefs({ calendar })} />
          <Choice segmented label={t('gallery.size')} value={size} options={[['desk', t('gallery.size.desk')], ['phone', t('gallery.size.phone')]]} onChange={setSize} />
        </header>
        <Basics />
        <Forms />
        <Data />
        <Messages />
        <Files />
        <Dialogs />
        <States />
        <Colours />
        <Confirmations />
      </div>
    </main>
  )
}

/** One group of primitives; tests measure the boxes of what stands in it. */
export function Block({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className={css.block} data-block={id} aria-labelledby={`g-${id}`}>
      <h2 id={`g-${id}`}>{title}</h2>
      <div className={css.row}>{children}</div>
    </section>
  )
}
