import { useState, type DragEvent } from 'react'
import { useT } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { IconButton } from '~/kit/ui/Button'
import { Bookmark, Folder, Plus, Settings } from '~/kit/ui/icons'
import { ask } from '../ask'
import { useChoices, type Label } from '../choices'
import { useMail, useVersion } from '../context'
import { dragged, dropOnLabel } from '../drag'
import css from '../FolderPane.module.css'
import { Dot } from '../labels/Chips'
import { useLabelCounts } from '../labels/counts'
import { LABEL, SEARCH } from '../route'

/** Below the folders: a new one, those out of sight, labels, and kept searches. */
export default function Extras({ hidden, onHidden }: { hidden: boolean; onHidden: (on: boolean) => void }) {
  const t = useT()
  const { engine, account } = useMail()
  const { labels, searches } = useChoices()
  const own = engine.accounts[0] ?? account
  const counts = useLabelCounts(engine, account, labels.map((l) => l.keyword))
  useVersion(own.mailboxes)
  const away = engine.accounts.reduce((n, a) => n + a.mailboxes.all().filter((m) => m.role === null && !m.isSubscribed).length, 0)
  return (
    <>
      {own.mailboxes.all().some((m) => m.myRights.mayCreateChild) && (
        <button type="button" className={css.add} onClick={() => ask({ what: 'folder', account: own, parent: null })}>
          <Plus size={16} aria-hidden />
          {t('folders.new')}
        </button>
      )}
      {away > 0 && (
        <button type="button" className={css.add} data-keep aria-pressed={hidden} onClick={() => onHidden(!hidden)}>
          <Folder size={16} aria-hidden />
          {t(hidden ? 'folders.hideAgain' : 'folders.showHidden', { count: away })}
        </button>
      )}
      <section className={css.section} aria-labelledby="labels-title">
        <header>
          <h2 id="labels-title">{t('labels.title')}</h2>
          {labels.length > 0 && <IconButton icon={Settings} size={15} label={t('labels.manage')} onClick={() => ask({ what: 'labels' })} />}
          <IconButton icon={Plus} size={16} label={t('labels.new')} onClick={() => ask({ what: 'labelEdit', label: null })} />
        </header>
        {labels.map((l) => (
          <LabelRow key={l.keyword} label={l} unread={counts[l.keyword] ?? 0} />
        ))}
      </section>
      {searches.length > 0 && (
        <section className={css.section} aria-labelledby="searches-title">
          <header>
            <h2 id="searches-title">{t('searches.title')}</h2>
            <IconButton icon={Settings} size={15} label={t('searches.manage')} onClick={() => ask({ what: 'labels' })} />
          </header>
          {searches.map((s) => (
            <SearchRow key={s.id} name={s.name} query={s.query} />
          ))}
        </section>
      )}
    </>
  )
}

function LabelRow({ label, unread }: { label: Label; unread: number }) {
  const t = useT()
  const m = useMail()
  const [over, setOver] = useState(false)
  const on = m.route.box === LABEL + label.keyword
  const letters = (e: DragEvent) => {
    const d = dragged(e)
    return d?.what === 'letters' && d.accountId === m.account.id ? d : null
  }
  return (
    <div className={css.line} data-drop={over ? 'into' : undefined}>
      <button
        type="button"
        className={css.folder}
        aria-current={on ? 'page' : undefined}
        data-on={on || undefined}
        data-unread={unread > 0 || undefined}
        onClick={() => m.go({ box: LABEL + label.keyword, threadId: undefined })}
        onDragOver={(e) => {
          if (!letters(e)) return
          e.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          setOver(false)
          const d = letters(e)
          if (!d) return
          e.preventDefault()
          dropOnLabel(m, d, label.keyword)
        }}
      >
        <span className={css.twist} />
        <Dot colour={label.colour} />
        <span className={css.name} lang={guessLanguage(label.name)}>
          {label.name}
        </span>
        {unread > 0 && (
          <span className={css.count}>
            {number(unread)}
            <span className="sr"> {t('list.unread')}</span>
          </span>
        )}
      </button>
    </div>
  )
}

function SearchRow({ name, query }: { name: string; query: string }) {
  const { route, go } = useMail()
  const on = route.box === SEARCH && route.query === query
  return (
    <button type="button" className={css.folder} aria-current={on ? 'page' : undefined} data-on={on || undefined} title={query} onClick={() => go({ box: SEARCH, query, threadId: undefined })}>
      <span className={css.twist} />
      <Bookmark size={16} strokeWidth={1.75} aria-hidden />
      <span className={css.name} lang={guessLanguage(name)}>
        {name}
      </span>
    </button>
  )
}
